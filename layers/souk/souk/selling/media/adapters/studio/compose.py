"""Composition: a cut-out on a background with its shadow, a photo with its background out of focus, colour grading."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from souk.selling.media.adapters.studio.prompts import Light

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


def with_soft_background(photo: Image.Image, matte: Image.Image, tone: Image.Image) -> Image.Image:
    """The whole photo, with its background out of focus and shifted towards the colours of `tone`.

    A darkened background looks like light falling off. A brightened one looks like fog, so it is brightened only a bit.

    An oval around the subject stays sharp and fades out gradually, so that a part that the outline misses (a handle, a
    strap) is not cut off.
    """
    side = photo.width
    wide = ImageChops.lighter(matte.filter(ImageFilter.MaxFilter(9)), _oval_around(matte))
    small = wide.resize((side // 8, side // 8), Image.Resampling.BOX)
    focus = small.filter(ImageFilter.GaussianBlur(side / 8 / 40)).resize(photo.size, Image.Resampling.BICUBIC)
    background = _background_alone(photo, wide)
    brighter = max(0.0, _mean_luma(tone) - _mean_luma(background))
    toned = Image.blend(background, tone, 0.85 * max(0.15, 1 - 1.8 * brighter))
    return Image.composite(photo, toned, ImageChops.lighter(focus, matte))


def _mean_luma(picture: Image.Image) -> float:
    return float(np.asarray(picture.convert("L").resize((16, 16), Image.Resampling.BOX)).mean()) / 255


def _oval_around(matte: Image.Image) -> Image.Image:
    oval = Image.new("L", matte.size)
    box = matte.point(lambda value: 255 if value > 127 else 0).getbbox()
    if box is not None:
        ImageDraw.Draw(oval).ellipse(box, fill=255)
    return oval


def _background_alone(photo: Image.Image, matte: Image.Image) -> Image.Image:
    """The photo out of focus, its subject filled from the surroundings, so that no halo of its colours remains."""
    small = (photo.width // 4, photo.height // 4)
    seen = Image.composite(Image.new("L", small), Image.new("L", small, 255), matte.resize(small, Image.Resampling.BOX))
    shown = Image.composite(photo.resize(small, Image.Resampling.BOX), Image.new("RGB", small), seen)
    filled = np.zeros((small[1], small[0], 3), dtype=np.float32)
    known = np.zeros((small[1], small[0], 1), dtype=np.float32)
    # Nearby colours fit best: a wider blur fills only what a narrower one does not reach.
    for radius in (small[0] / 70, small[0] / 24, small[0] / 7, small[0] / 2.5):
        weight = np.asarray(seen.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32)[..., None]
        colour = np.asarray(shown.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32)
        fresh = (1 - known) * np.clip(weight / 128, 0, 1)
        filled += fresh * colour / np.maximum(weight / 255, 1e-2)
        known += fresh
    filled /= np.maximum(known, 1e-3)
    return Image.fromarray(np.clip(filled, 0, 255).astype(np.uint8)).resize(photo.size, Image.Resampling.BICUBIC)


def graded(picture: Image.Image, light: Light) -> Image.Image:
    """The picture in `light`: one curve per channel, then saturation, then the vignette."""
    contrasted = np.clip(0.5 + (_CURVE_STEPS ** (1 / light.exposure) - 0.5) * light.contrast, 0, 1)
    tint = np.array([1 + 0.14 * light.warmth, 1 + 0.02 * light.warmth, 1 - 0.16 * light.warmth], dtype=np.float32)
    # Only the middle tones are tinted: white stays white and black stays black.
    curves = contrasted[:, None] * (1 + (tint - 1) * (4 * contrasted * (1 - contrasted))[:, None] ** 0.5)
    table = np.rint(np.clip(curves, 0, 1) * 255).astype(np.uint8)
    coloured = ImageEnhance.Color(picture.point(table.T.ravel().tolist())).enhance(light.saturation)
    return _vignetted(coloured, light.vignette) if light.vignette else coloured


def _cast(alpha: Image.Image, *, dx: int, dy: int, blur: float) -> Image.Image:
    moved = Image.new("L", alpha.size, 0)
    moved.paste(alpha, (dx, dy))
    eighth = moved.resize((alpha.width // 8, alpha.height // 8), Image.Resampling.BOX)
    return eighth.filter(ImageFilter.GaussianBlur(blur / 8)).resize(alpha.size, Image.Resampling.BICUBIC)


def _contact(alpha: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """The contact shadow right under the product: its lowest part, flattened and blurred."""
    left, top, right, bottom = box
    height = max(8, (bottom - top) // 14)
    foot = alpha.crop((left, bottom - height, right, bottom)).resize((right - left, height))
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
