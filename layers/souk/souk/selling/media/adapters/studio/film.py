"""A short film of still pictures: a slow camera move over each, with cross-fades between them.

Every frame is resampled from the full picture with a fractional window, so that slow motion does not judder. Pictures
are converted to the planes of the video codec first: from there on that is half the work of RGB. Frames are computed by
two threads, in order, two at a time: Pillow resamples without Python's lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image

SIDE: Final = 1080
FRAMES_PER_SECOND: Final = 24
# The side that pictures should have: windows are then shown at about their own size, from 0.92 to 1.08 times.
SOURCE_SIDE: Final = 1160

_FADE_SECONDS: Final = 0.8
_MAX_SHOTS: Final = 5
_THREADS: Final = 2
# Pairs of frames computed before they are asked for: enough that neither a thread nor the encoder waits for a slow one.
_AHEAD: Final = 3
# Y'CbCr of studio range from R'G'B' of full range, each row with its offset: ITU-R BT.709-6, 3.2 to 3.4.
_LUMA: Final = (0.2126, 0.7152, 0.0722)
_TO_BT_709: Final = (
    *(219 / 255 * share for share in _LUMA),
    16.0,
    *(224 / 255 / 1.8556 * (axis - share) for axis, share in zip((0, 0, 1), _LUMA, strict=True)),
    128.0,
    *(224 / 255 / 1.5748 * (axis - share) for axis, share in zip((1, 0, 0), _LUMA, strict=True)),
    128.0,
)

type _Plane = Literal["luma", "blue", "red"]
# The side of each plane of a frame, and how it is resampled. Bicubic keeps fractional positions; narrower filters pull
# towards whole pixels, which judders. In the colours, which have half the size anyway, nobody sees that.
_SHOWN_AS: Final[Mapping[_Plane, tuple[int, Image.Resampling]]] = {
    "luma": (SIDE, Image.Resampling.BICUBIC),
    "blue": (SIDE // 2, Image.Resampling.BILINEAR),
    "red": (SIDE // 2, Image.Resampling.BILINEAR),
}


@dataclass(frozen=True, slots=True)
class _Move:
    """Windows at the start and the end of a shot: (centre x, centre y, side) in fractions of the picture."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]


# Used in turn: zoom in, pan, zoom out, pan back.
_MOVES: Final = (
    _Move((0.50, 0.50, 1.00), (0.50, 0.49, 0.88)),
    _Move((0.46, 0.52, 0.90), (0.54, 0.48, 0.90)),
    _Move((0.52, 0.50, 0.86), (0.50, 0.50, 0.98)),
    _Move((0.54, 0.47, 0.90), (0.46, 0.53, 0.90)),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture in Y'CbCr 4:2:0, BT.709, studio range: three "L" planes, the chroma planes at half the side."""

    luma: Image.Image
    blue: Image.Image
    red: Image.Image

    def planes(self) -> tuple[bytes, bytes, bytes]:
        """What follows one another in raw yuv420p."""
        return self.luma.tobytes(), self.blue.tobytes(), self.red.tobytes()


def frames(pictures: Sequence[Image.Image], seconds: float) -> Iterator[Frame]:
    """The film of at least one square RGB picture, frame by frame, SIDE pixels square, for exactly `seconds`."""
    shown = tuple(to_frame(picture) for picture in pictures[:_MAX_SHOTS])
    film = _Film(shown, round(seconds * FRAMES_PER_SECOND))
    waiting: deque[Future[tuple[Frame, ...]]] = deque()
    with ThreadPoolExecutor(_THREADS) as threads:
        for moment in range(0, film.length, 2):
            waiting.append(threads.submit(film.two_frames, moment))
            if len(waiting) > _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


@dataclass(frozen=True, slots=True)
class _Film:
    """Pictures shown one after the other, for `length` frames altogether, each fading into the next."""

    shown: tuple[Frame, ...]
    length: int

    def two_frames(self, moment: int) -> tuple[Frame, ...]:
        """The frames of that number, from 0, and of the next one, if there is one.

        They share their colours, which are those between the two: less than a third of a pixel of a colour plane from
        either, where even players disagree by a quarter about where such a pixel lies.
        """
        between = moment + 0.5
        blue, red = self._plane("blue", between), self._plane("red", between)
        return tuple(Frame(self._plane("luma", one), blue, red) for one in range(moment, min(moment + 2, self.length)))

    def _plane(self, plane: _Plane, moment: float) -> Image.Image:
        count = len(self.shown)
        fade = round(_FADE_SECONDS * FRAMES_PER_SECOND) if count > 1 else 0
        each = (self.length + fade * (count - 1)) / count
        turn = min(int(moment / (each - fade)), count - 1)
        into = moment - turn * (each - fade)
        picture = _moved(self.shown[turn], plane, turn, into / each)
        if turn and into < fade:
            before = _moved(self.shown[turn - 1], plane, turn - 1, (into + each - fade) / each)
            picture = Image.blend(before, picture, _eased((into + 1) / (fade + 1)))
        return picture


def to_frame(picture: Image.Image) -> Frame:
    """An RGB picture of even size as ITU-R BT.709 planes."""
    luma, blue, red = picture.convert("RGB", _TO_BT_709).split()
    return Frame(luma, blue.reduce(2), red.reduce(2))


def _moved(frame: Frame, plane: _Plane, turn: int, progress: float) -> Image.Image:
    """What the camera sees of a plane at that part of the way through a shot."""
    move = _MOVES[turn % len(_MOVES)]
    share = 0.35 * progress + 0.65 * _eased(progress)
    x, y, extent = (a + (b - a) * share for a, b in zip(move.start, move.end, strict=True))
    half = extent / 2
    x, y = min(max(x, half), 1 - half), min(max(y, half), 1 - half)
    whole: Image.Image = getattr(frame, plane)
    # The box is clipped because rounding errors could put it outside the picture.
    left, top, right, bottom = (
        min(max(edge, 0.0), 1.0) * whole.width for edge in (x - half, y - half, x + half, y + half)
    )
    side, kernel = _SHOWN_AS[plane]
    return whole.resize((side, side), kernel, box=(left, top, right, bottom))


def _eased(share: float) -> float:
    bounded = min(max(share, 0.0), 1.0)
    return bounded * bounded * (3 - 2 * bounded)
