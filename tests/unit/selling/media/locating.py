"""Finds a piece of one picture in another: where a product is in what the studio made of its photo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

type Box = tuple[float, float, float, float]
type Map = NDArray[np.float64]

# Pixels on a side of the picture: everywhere and in all sizes with few, then around the best with many.
_COARSE: Final = 96
_FINE: Final = 384
_SCALES: Final = np.geomspace(0.3, 1.5, 50)
_CANDIDATES: Final = 4
_FINE_SCALES: Final = np.linspace(0.97, 1.03, 13)
# How far around a coarse place is searched, in coarse pixels.
_REACH: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """`box`: in fractions of the picture's side; it may reach beyond. `score`: how alike, 1 when equal."""

    box: Box
    score: float


def located(piece: Image.Image, picture: Image.Image) -> Place:
    """The most likely place of `piece` in a square `picture`.

    By normalised cross-correlation of outlines over sizes and places. Outlines stay where light, grading, or another
    ground changes what is bright and what is dark.
    """
    coarse = _padded(picture, _COARSE)
    places = [_matched(piece, coarse, _COARSE, scale, None) for scale in _SCALES]
    fine = _padded(picture, _FINE)
    return max(
        (
            _matched(piece, fine, _FINE, scale * factor, place.box)
            for scale, place in _peaks(places)
            for factor in _FINE_SCALES
        ),
        key=lambda place: place.score,
    )


def _peaks(places: list[Place]) -> Iterable[tuple[float, Place]]:
    """The best of the sizes that are better than the sizes next to them."""
    scores = [-1.0, *(place.score for place in places), -1.0]
    peaks = [index for index in range(len(places)) if scores[index] <= scores[index + 1] >= scores[index + 2]]
    best = sorted(peaks, key=lambda index: -places[index].score)[:_CANDIDATES]
    return [(float(_SCALES[index]), places[index]) for index in best]


def _matched(piece: Image.Image, field: Map, side: int, scale: float, near: Box | None) -> Place:
    """Where in `field`, a padded map of `side`, the piece is most likely when its longer side is `scale` of that."""
    longest = max(piece.size)
    width, height = (max(3, round(length / longest * scale * side)) for length in piece.size)
    left = top = 0
    if near is not None:
        reach = _REACH * side // _COARSE
        left, top = (
            max(0, round((start + end) / 2 * side + side / 2 - length / 2) - reach)
            for start, end, length in ((near[0], near[2], width), (near[1], near[3], height))
        )
        field = field[top : top + height + 2 * reach, left : left + width + 2 * reach]
    score, x, y = _best_place(field, _outlines(piece, (width, height)))
    x, y = (start + offset - side // 2 for start, offset in ((left, x), (top, y)))
    return Place((x / side, y / side, (x + width) / side, (y + height) / side), score)


def _best_place(field: Map, template: Map) -> tuple[float, int, int]:
    height, width = template.shape
    if height > field.shape[0] or width > field.shape[1]:
        return -1.0, 0, 0
    centred = template - template.mean()
    energy = float((centred**2).sum()) + 1e-6
    product = np.fft.irfft2(np.fft.rfft2(field) * np.conj(np.fft.rfft2(centred, field.shape)), field.shape)
    product = product[: field.shape[0] - height + 1, : field.shape[1] - width + 1]
    spread = _sums(field**2, height, width) - _sums(field, height, width) ** 2 / template.size
    score = product / np.sqrt(energy * np.maximum(spread, 1e-2 * energy))
    row, column = np.unravel_index(int(score.argmax()), score.shape)
    return float(score[row, column]), int(column), int(row)


def _sums(field: Map, height: int, width: int) -> Map:
    """Of each window of that size."""
    total = np.pad(field.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    sums: Map = total[height:, width:] - total[:-height, width:] - total[height:, :-width] + total[:-height, :-width]
    return sums


def _padded(picture: Image.Image, side: int) -> Map:
    """The outlines less their mean, with nothing around them, half a side each way."""
    outlines = _outlines(picture, (side, side))
    return np.pad(outlines - outlines.mean(), side // 2)


def _outlines(picture: Image.Image, size: tuple[int, int]) -> Map:
    grey = np.asarray(picture.convert("L").resize(size, Image.Resampling.BOX), dtype=np.float64)
    down, across = np.gradient(grey)
    outlines: Map = np.sqrt(np.hypot(down, across))
    return outlines
