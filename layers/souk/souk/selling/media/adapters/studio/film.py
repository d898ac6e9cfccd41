"""A short film of still pictures: a slow camera move over each, with cross-fades between them.

Every frame is resampled from the full picture with a fractional window, so that slow motion does not judder. Pictures
are converted to the planes of the video codec first: from there on that is half the work of RGB. Frames are computed by
two threads, in order: Pillow resamples without Python's lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from PIL import Image

SIDE: Final = 1080
FRAMES_PER_SECOND: Final = 24
# The side that pictures should have: the closest window is then shown at about its own size.
SOURCE_SIDE: Final = 1240

_FADE_SECONDS: Final = 0.8
_MAX_SHOTS: Final = 5
_THREADS: Final = 2
# Frames computed before they are asked for: enough that neither a thread nor the encoder waits for a slow one.
_AHEAD: Final = 6
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

    def window(self, box: tuple[float, float, float, float], side: int) -> Frame:
        """`box` (in fractions) as a frame of `side` pixels."""
        # Bicubic keeps fractional positions; narrower filters pull towards whole pixels, which judders. In the colours,
        # which have half the size anyway, nobody sees that.
        fine, coarse = Image.Resampling.BICUBIC, Image.Resampling.BILINEAR
        return Frame(
            _resized(self.luma, box, side, fine),
            _resized(self.blue, box, side // 2, coarse),
            _resized(self.red, box, side // 2, coarse),
        )

    def blended_with(self, other: Frame, share: float) -> Frame:
        return Frame(
            Image.blend(self.luma, other.luma, share),
            Image.blend(self.blue, other.blue, share),
            Image.blend(self.red, other.red, share),
        )


def frames(pictures: Sequence[Image.Image], seconds: float) -> Iterator[Frame]:
    """The film of at least one square RGB picture, frame by frame, SIDE pixels square, for exactly `seconds`."""
    shown = tuple(to_frame(picture) for picture in pictures[:_MAX_SHOTS])
    film = _Film(shown, round(seconds * FRAMES_PER_SECOND))
    waiting: deque[Future[Frame]] = deque()
    with ThreadPoolExecutor(_THREADS) as threads:
        for moment in range(film.length):
            waiting.append(threads.submit(film.frame, moment))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@dataclass(frozen=True, slots=True)
class _Film:
    """Pictures shown one after the other, for `length` frames altogether, each fading into the next."""

    shown: tuple[Frame, ...]
    length: int

    def frame(self, moment: int) -> Frame:
        """The frame of that number, from 0."""
        count = len(self.shown)
        fade = round(_FADE_SECONDS * FRAMES_PER_SECOND) if count > 1 else 0
        each = (self.length + fade * (count - 1)) / count
        turn = min(int(moment / (each - fade)), count - 1)
        into = moment - turn * (each - fade)
        frame = _moved(self.shown[turn], turn, into / each)
        if turn and into < fade:
            before = _moved(self.shown[turn - 1], turn - 1, (into + each - fade) / each)
            frame = before.blended_with(frame, _eased((into + 1) / (fade + 1)))
        return frame


def to_frame(picture: Image.Image) -> Frame:
    """An RGB picture of even size as ITU-R BT.709 planes."""
    luma, blue, red = picture.convert("RGB", _TO_BT_709).split()
    return Frame(luma, blue.reduce(2), red.reduce(2))


def _moved(frame: Frame, turn: int, progress: float) -> Frame:
    move = _MOVES[turn % len(_MOVES)]
    share = 0.35 * progress + 0.65 * _eased(progress)
    x, y, extent = (a + (b - a) * share for a, b in zip(move.start, move.end, strict=True))
    half = extent / 2
    x, y = min(max(x, half), 1 - half), min(max(y, half), 1 - half)
    return frame.window((x - half, y - half, x + half, y + half), SIDE)


def _resized(
    plane: Image.Image, box: tuple[float, float, float, float], side: int, kernel: Image.Resampling
) -> Image.Image:
    # The box is clipped because rounding errors could put it outside the picture.
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) * plane.width for edge in box)
    return plane.resize((side, side), kernel, box=(left, top, right, bottom))


def _eased(share: float) -> float:
    bounded = min(max(share, 0.0), 1.0)
    return bounded * bounded * (3 - 2 * bounded)
