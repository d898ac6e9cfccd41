"""Correction of exposure and white balance: towards neutral, but never all the way."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from souk.selling.media.adapters.studio.matting import Floats

_ANALYSIS_SIDE: Final = 256
_LUMA: Final = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def corrected(picture: Image.Image) -> Image.Image:
    """The RGB `picture` with less colour cast and more contrast, by one curve per channel."""
    small = picture.copy()
    small.thumbnail((_ANALYSIS_SIDE, _ANALYSIS_SIDE), Image.Resampling.BOX)
    linear = to_linear(np.asarray(small, dtype=np.float32) / 255)
    gains = _white_balance(linear)
    low, high, gamma = _tones(to_display(linear * gains) @ _LUMA)

    levels = to_linear(np.linspace(0, 1, 256, dtype=np.float32))
    curves = to_display(levels[:, None] * gains)
    spread = np.clip((curves - low) / (high - low), 0, 1) ** gamma
    table = np.rint(spread * 255).astype(np.uint8)
    return picture.point(table.T.ravel().tolist())


def to_linear(display: Floats) -> Floats:
    """sRGB values in 0..1 to linear light (IEC 61966-2-1)."""
    return np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_display(linear: Floats) -> Floats:
    """Linear light to sRGB values, clipped to 0..1."""
    bounded = np.clip(linear, 0, 1)
    return np.where(bounded <= 0.0031308, bounded * 12.92, 1.055 * bounded ** (1 / 2.4) - 0.055).astype(np.float32)


def _white_balance(linear: Floats) -> Floats:
    """Gain per channel. Bright, pale, unclipped pixels are taken for white; without any, bright pixels for grey."""
    pixels = linear.reshape(-1, 3)
    pixels = pixels[pixels.max(axis=1) < 0.97]
    if len(pixels) < 64:
        return np.ones(3, dtype=np.float32)
    luma = pixels @ _LUMA
    chroma = 1 - pixels.min(axis=1) / np.maximum(pixels.max(axis=1), 1e-4)
    white = pixels[(luma >= np.quantile(luma, 0.85)) & (luma > 0.1) & (chroma < 0.7)]
    if len(white) >= len(pixels) // 200:
        light = white.mean(axis=0)
        # The stronger the cast, the more likely it is the product's own colour.
        strength = 0.9 - 0.5 * float(1 - light.min() / light.max())
    elif luma.max() < 1e-3:
        return np.ones(3, dtype=np.float32)
    else:
        light, strength = np.mean(pixels**4, axis=0) ** 0.25, 0.3
    gains = np.clip((light.mean() / np.maximum(light, 1e-3)) ** strength, 0.7, 1.5)
    # Normalised to keep the brightness.
    return np.asarray(gains * (light @ _LUMA) / max(float((light * gains) @ _LUMA), 1e-6), dtype=np.float32)


def _tones(luma: Floats) -> tuple[float, float, float]:
    """Black point, white point and gamma for these display luminances; bounded, so that a dark photo stays dark."""
    low = min(float(np.quantile(luma, 0.003)), 0.06)
    high = max(float(np.quantile(luma, 0.997)), 0.78)
    middle = float(np.clip((np.quantile(luma, 0.5) - low) / (high - low), 0.02, 0.98))
    wanted = middle + 0.45 * (0.5 - middle)
    return low, high, float(np.clip(np.log(wanted) / np.log(middle), 0.6, 1.25))
