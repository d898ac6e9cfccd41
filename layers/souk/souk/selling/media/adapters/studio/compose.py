"""Composition: a cut-out on a background with its shadow, and colour grading."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from souk.selling.media.adapters.studio.prompts import Light, Rgb

# The darkest channel of a light ground.
_LIGHT_GROUND: Final = 205
_CURVE_STEPS: Final = np.linspace(0, 1, 256, dtype=np.float32)


def on_background(product: Image.Image, matte: Image.Image, background: Image.Image, *, shadow: float) -> Image.Image:
    """`product` masked by `matte` on `background`, all of one size, with a soft shadow of strength `shadow` (0..1)."""
    side = background.width
    alpha = matte.filter(ImageFilter.MinFilter(3))  # half a pixel inwards: the old background shows at the edge
    box = alpha.point(lambda value: 255 if value > 127 else 0).getbbox()
    if box is None:
        return background.copy()
    shade = ImageChops.lighter(
        _cast(alpha, dx=side // 90, dy=side // 70, blur=side / 75).point(lambda value: int(value * 0.55)),
        _cast(alpha, dx=side // 28, dy=side // 22, blur=side / 22).point(lambda value: int(value * 0.50)),
    )
    shade = ImageChops.lighter(shade, _contact(alpha, box))
    shadowed = Image.composite(ImageEnhance.Brightness(background).enhance(1 - 0.75 * shadow), background, shade)
    return Image.composite(product, shadowed, alpha.filter(ImageFilter.GaussianBlur(side / 1600)))


def lightened(colour: Rgb) -> Rgb:
    """`colour` mixed with white until it is a light ground."""
    share = max(0.0, 1 - (255 - _LIGHT_GROUND) / max(1, 255 - min(colour)))
    red, green, blue = (round(value + (255 - value) * share) for value in colour)
    return red, green, blue


def graded(picture: Image.Image, light: Light) -> Image.Image:
    """The picture in `light`, with its vignette: for pictures whose background is ours."""
    lit = toned(picture, light)
    return _vignetted(lit, light.vignette) if light.vignette else lit


def toned(picture: Image.Image, light: Light) -> Image.Image:
    """The picture in the tones of `light`, alike everywhere: one curve per channel, then saturation."""
    contrasted = np.clip(0.5 + (_CURVE_STEPS ** (1 / light.exposure) - 0.5) * light.contrast, 0, 1)
    tint = np.array([1 + 0.14 * light.warmth, 1 + 0.02 * light.warmth, 1 - 0.16 * light.warmth], dtype=np.float32)
    # Only the middle tones are tinted: white stays white and black stays black.
    curves = contrasted[:, None] * (1 + (tint - 1) * (4 * contrasted * (1 - contrasted))[:, None] ** 0.5)
    table = np.rint(np.clip(curves, 0, 1) * 255).astype(np.uint8)
    coloured = picture.point(table.T.ravel().tolist())
    return coloured if light.saturation == 1 else ImageEnhance.Color(coloured).enhance(light.saturation)


def _cast(alpha: Image.Image, *, dx: int, dy: int, blur: float) -> Image.Image:
    moved = Image.new("L", alpha.size, 0)
    moved.paste(alpha, (dx, dy))
    eighth = moved.resize((alpha.width // 8, alpha.height // 8), Image.Resampling.BOX)
    return eighth.filter(ImageFilter.GaussianBlur(blur / 8)).resize(alpha.size, Image.Resampling.BICUBIC)


def _contact(alpha: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """The contact shadow right under the product: its lowest part, flattened and blurred."""
    left, top, right, bottom = box
    height = max(8, (bottom - top) // 14)
    foot = alpha.crop((left, bottom - height, right, bottom)).resize((right - left, height // 2))
    flat = Image.new("L", alpha.size, 0)
    flat.paste(foot, (left, bottom - height // 3))
    quarter = flat.resize((alpha.width // 4, alpha.height // 4), Image.Resampling.BOX)
    return quarter.filter(ImageFilter.GaussianBlur(alpha.width / 320)).resize(alpha.size, Image.Resampling.BICUBIC)


def _vignetted(picture: Image.Image, strength: float) -> Image.Image:
    small = 200
    steps = (np.arange(small, dtype=np.float32) + 0.5) / small - 0.5
    x, y = np.meshgrid(steps, steps)
    fall = np.clip((np.sqrt(x * x + y * y) - 0.32) / 0.42, 0, 1) ** 1.5
    mask = Image.fromarray((fall * strength * 255).astype(np.uint8)).resize(picture.size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", picture.size), picture, mask)
