"""Separates figure and background in a small picture: colour mixtures, a random walk with priors, a guided filter.

Arrays are (height, width) or (height, width, channels), float32. Nothing is random: equal pictures give equal masks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.floating]

_MIXTURE = 5


def to_lab(rgb: Floats) -> Floats:
    """sRGB in 0..1 to CIE L*a*b* (D65), where distances are roughly those that people perceive."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], dtype=np.float32)
    scaled = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089], dtype=np.float32)
    root = np.where(scaled > 0.008856, np.cbrt(scaled), 7.787 * scaled + 16 / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def log_likelihood(colours: Floats, samples: Floats, weights: Floats) -> Floats:
    """Log density of each of `colours` (n, 3) under a mixture fitted to the weighted `samples` (m, 3)."""
    centres = _centres(samples, weights)
    nearest = _squared(samples, centres).argmin(axis=1)
    densities = []
    for index, centre in enumerate(centres):
        weight = np.where(nearest == index, weights, 0)
        total = float(weight.sum())
        if total < 1e-3:
            continue
        # At least 4 units of spread: sensors and JPEG blur colours by that much.
        variance = (weight @ (samples - centre) ** 2) / total + 16
        # A product with a vector: NumPy sums along a short axis slowly.
        distance = (colours - centre) ** 2 @ (1 / variance)
        densities.append(np.log(total / weights.sum()) - 0.5 * (distance + np.log(variance).sum()))
    return np.asarray(np.logaddexp.reduce(densities, axis=0), dtype=np.float32)


def random_walk(guide: Floats, prior: Floats, *, pull: float | Floats, rounds: int = 80) -> Floats:
    """Smooth `prior` within the regions of `guide` (h, w, 3): the probability that a walk from a pixel ends in figure.

    Random walks with priors (Grady, CVPR 2005), solved by conjugate gradients. `pull` ties a pixel to its prior.
    """
    down = _affinity(guide[1:] - guide[:-1])
    right = _affinity(guide[:, 1:] - guide[:, :-1])
    degree = np.zeros(prior.shape, dtype=np.float32)
    degree[1:] += down
    degree[:-1] += down
    degree[:, 1:] += right
    degree[:, :-1] += right
    diagonal = degree + pull

    def applied(x: Floats) -> Floats:
        out = diagonal * x
        out[1:] -= down * x[:-1]
        out[:-1] -= down * x[1:]
        out[:, 1:] -= right * x[:, :-1]
        out[:, :-1] -= right * x[:, 1:]
        return out

    solution = prior.astype(np.float32)
    residual = pull * prior - applied(solution)
    direction = residual / diagonal
    energy = float((residual * direction).sum())
    for _ in range(rounds):
        if energy < 1e-6:
            break
        image = applied(direction)
        step = energy / float((direction * image).sum())
        solution += step * direction
        residual -= step * image
        scaled = residual / diagonal
        fresh = float((residual * scaled).sum())
        direction = scaled + (fresh / energy) * direction
        energy = fresh
    return np.asarray(np.clip(solution, 0, 1), dtype=np.float32)


def guided_filter(guide: Floats, mask: Floats, radius: int, softness: float) -> Floats:
    """`mask` with its edges moved onto those of the grey `guide` (He, Sun, Tang, ECCV 2010)."""
    mean_guide, mean_mask = box_mean(guide, radius), box_mean(mask, radius)
    covariance = box_mean(guide * mask, radius) - mean_guide * mean_mask
    variance = box_mean(guide * guide, radius) - mean_guide**2
    slope = covariance / (variance + softness)
    offset = mean_mask - slope * mean_guide
    return np.clip(box_mean(slope, radius) * guide + box_mean(offset, radius), 0, 1)


def box_mean(values: Floats, radius: int) -> Floats:
    """Mean over the square of side 2 x radius + 1; beyond its border the picture repeats its edge pixels."""
    out: NDArray[np.float64] = np.pad(values, radius + 1, mode="edge").astype(np.float64)
    side = 2 * radius + 1
    for axis in (0, 1):
        summed = out.cumsum(axis=axis)
        count = summed.shape[axis]
        ahead = summed.take(range(side, count), axis=axis)
        out = (ahead - summed.take(range(count - side), axis=axis)) / side
    return out[: values.shape[0], : values.shape[1]].astype(np.float32)


def connected(mask: NDArray[np.bool_], seed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part of `mask` that touches `seed` (4-neighbours), by sweeps that settle whole runs at a time."""
    reached = seed & mask
    while True:
        before = int(reached.sum())
        for axis in (0, 1):
            for view in (slice(None), slice(None, None, -1)):
                _sweep(np.moveaxis(reached, axis, 0)[view], np.moveaxis(mask, axis, 0)[view])
        if int(reached.sum()) == before:
            return reached


def _sweep(reached: NDArray[np.bool_], mask: NDArray[np.bool_]) -> None:
    for index in range(1, len(reached)):
        reached[index] |= reached[index - 1] & mask[index]


def _affinity(difference: Floats) -> Floats:
    squared = difference**2 @ np.ones(3, dtype=np.float32)
    # Without neighbours, as in a picture that is one pixel high, there is no mean.
    mean = float(squared.mean()) if squared.size else 0.0
    return np.exp(-squared / (2 * mean + 1e-4)).astype(np.float32) + 1e-4


def _squared(samples: Floats, centres: Floats) -> Floats:
    return np.stack([((samples - centre) ** 2) @ np.ones(3, dtype=np.float32) for centre in centres], axis=1)


def _centres(samples: Floats, weights: Floats) -> Floats:
    """Weighted k-means; each start is the sample that the earlier ones explain worst."""
    centres = (weights @ samples / weights.sum())[None]
    while len(centres) < _MIXTURE:
        worst = (_squared(samples, centres).min(axis=1) * weights).argmax()
        centres = np.vstack([centres, samples[worst]])
    for _ in range(8):
        nearest = _squared(samples, centres).argmin(axis=1)
        for index in range(_MIXTURE):
            weight = np.where(nearest == index, weights, 0)
            if weight.sum() > 1e-3:
                centres[index] = weight @ samples / weight.sum()
    return np.asarray(centres, dtype=np.float32)
