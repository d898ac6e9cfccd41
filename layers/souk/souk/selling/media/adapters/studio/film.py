"""A short film of still pictures: a slow camera move over each, with cross-fades between them.

Every frame is resampled from the full picture with a fractional window, so that slow motion does not judder. Pictures
are converted to the planes of the video codec first: from there on that is half the work of RGB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

SIDE: Final = 1080
FRAMES_PER_SECOND: Final = 24
# The side that pictures should have: the closest window is then shown at about its own size.
SOURCE_SIDE: Final = 1240

_FADE_SECONDS: Final = 0.8
_MAX_SHOTS: Final = 5


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

    def tobytes(self) -> bytes:
        """The planes one after the other, as raw yuv420p."""
        return self.luma.tobytes() + self.blue.tobytes() + self.red.tobytes()

    def window(self, box: tuple[float, float, float, float], side: int) -> Frame:
        """`box` (in fractions) as a frame of `side` pixels."""
        return Frame(
            _resized(self.luma, box, side), _resized(self.blue, box, side // 2), _resized(self.red, box, side // 2)
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
    total = round(seconds * FRAMES_PER_SECOND)
    fade = round(_FADE_SECONDS * FRAMES_PER_SECOND) if len(shown) > 1 else 0
    length = (total + fade * (len(shown) - 1)) / len(shown)
    starts = [index * (length - fade) for index in range(len(shown))]
    for moment in range(total):
        current = max(index for index, start in enumerate(starts) if start <= moment)
        into = moment - starts[current]
        frame = _moved(shown[current], current, into / length)
        if current and into < fade:
            before = _moved(shown[current - 1], current - 1, (moment - starts[current - 1]) / length)
            frame = before.blended_with(frame, _eased((into + 1) / (fade + 1)))
        yield frame


def to_frame(picture: Image.Image) -> Frame:
    """An RGB picture of even size as ITU-R BT.709 planes."""
    rgb = np.asarray(picture, dtype=np.float32) / 255
    luma = rgb @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
    blue, red = (rgb[..., 2] - luma) / 1.8556, (rgb[..., 0] - luma) / 1.5748
    height, width = luma.shape
    halves = [plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)) for plane in (blue, red)]
    planes = [16 + 219 * luma, *(128 + 224 * half for half in halves)]
    return Frame(*(Image.fromarray(np.rint(plane).astype(np.uint8)) for plane in planes))


def _moved(frame: Frame, turn: int, progress: float) -> Frame:
    move = _MOVES[turn % len(_MOVES)]
    share = 0.35 * progress + 0.65 * _eased(progress)
    x, y, extent = (a + (b - a) * share for a, b in zip(move.start, move.end, strict=True))
    half = extent / 2
    x, y = min(max(x, half), 1 - half), min(max(y, half), 1 - half)
    return frame.window((x - half, y - half, x + half, y + half), SIDE)


def _resized(plane: Image.Image, box: tuple[float, float, float, float], side: int) -> Image.Image:
    # Bicubic keeps fractional positions; narrower filters pull towards whole pixels, which judders.
    # The box is clipped because rounding errors could put it outside the picture.
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) * plane.width for edge in box)
    return plane.resize((side, side), Image.Resampling.BICUBIC, box=(left, top, right, bottom))


def _eased(share: float) -> float:
    bounded = min(max(share, 0.0), 1.0)
    return bounded * bounded * (3 - 2 * bounded)
