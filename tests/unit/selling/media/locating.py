"""Finds a piece of one picture in another: where a product is in what the studio made of its photo."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

type Box = tuple[float, float, float, float]

_SIDE: Final = 96
_SCALES: Final = np.geomspace(0.25, 1.5, 56)


def located(piece: Image.Image, picture: Image.Image) -> Box:
    """The box of `piece` in a square `picture`, in fractions of its side; it may reach beyond.

    By normalised cross-correlation over sizes and places, which neither light nor grading disturbs.
    """
    side = _SIDE
    padded = np.full((2 * side, 2 * side), np.nan)
    padded[side // 2 : side // 2 + side, side // 2 : side // 2 + side] = _grey(picture, (side, side))
    known = ~np.isnan(padded)
    field = np.where(known, padded - padded[known].mean(), 0)
    best, found = -1.0, (0.0, 0.0, 1.0, 1.0)
    longest = max(piece.size)
    for scale in _SCALES:
        size = (
            max(3, round(piece.width / longest * scale * side)),
            max(3, round(piece.height / longest * scale * side)),
        )
        score, x, y = _best_place(field, _grey(piece, size))
        if score > best:
            best = score
            left, top = (x - side // 2) / side, (y - side // 2) / side
            found = (left, top, left + size[0] / side, top + size[1] / side)
    return found


def _best_place(field: NDArray[np.float64], template: NDArray[np.float64]) -> tuple[float, int, int]:
    height, width = template.shape
    centred = template - template.mean()
    energy = float((centred**2).sum()) + 1e-6
    shape = field.shape
    spectrum = np.fft.rfft2(field)
    product = np.fft.irfft2(spectrum * np.conj(np.fft.rfft2(centred, shape)), shape)
    window = np.conj(np.fft.rfft2(np.ones_like(template), shape))
    total = np.fft.irfft2(spectrum * window, shape)
    squares = np.fft.irfft2(np.fft.rfft2(field**2) * window, shape)
    spread = np.maximum(squares - total**2 / template.size, 1e-3 * energy)
    score = product / np.sqrt(energy * spread)
    valid = score[: shape[0] - height + 1, : shape[1] - width + 1]
    row, column = np.unravel_index(int(valid.argmax()), valid.shape)
    return float(valid[row, column]), int(column), int(row)


def _grey(picture: Image.Image, size: tuple[int, int]) -> NDArray[np.float64]:
    return np.asarray(picture.convert("L").resize(size, Image.Resampling.BOX), dtype=np.float64)
