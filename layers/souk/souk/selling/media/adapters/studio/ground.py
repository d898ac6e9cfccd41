"""An even, light ground behind a product, made white by its own light: the product keeps its outline and its shadow.

Where a photo was taken on light paper, dividing it by the light on that paper gives what a cut-out should, without one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from souk.selling.media.adapters.studio.framing import enlarged, within_photo
from souk.selling.media.adapters.studio.matting import Floats
from souk.selling.media.adapters.studio.structure import Box, Mask, box_of, without_specks

_SEARCH_SIDE: Final = 160
# Along this part of the shorter side, inwards from the border, there must be nothing but ground.
_RIM: Final = 0.07
# Display values in 0..1. A darker ground would have to be brightened so much that the product would suffer, and a
# coloured one would give its colour to the product.
_DARKEST: Final = 0.60
_MOST_COLOUR: Final = 0.10
# How far the rim may differ from an even fall of light: its 95th percentile.
_UNEVEN: Final = 0.035
# What differs from the ground by this much, and more than the rim does anywhere, is product or shadow.
_DIFFERENT: Final = 0.03
# A rim that differs more than this anywhere has something on it: a speck, a cable, a part of the product.
_STRANGE: Final = 0.06
# What the ground becomes: not quite white, so that white products keep their outline and their highlights.
_WHITE: Final = 0.96


def white_ground(photo: Image.Image) -> tuple[Image.Image, Box] | None:
    """The photo with its ground made white, and the box of what is on it, in fractions; None without such a ground.

    Something on the rim would hide all that differs less from the ground: then there is no such ground either.
    """
    small = photo.copy()
    small.thumbnail((_SEARCH_SIDE, _SEARCH_SIDE), Image.Resampling.BOX)
    rgb = np.asarray(small, dtype=np.float32) / 255
    rim = _rim(*rgb.shape[:2])
    light = _light_on(rgb, rim)
    if light is None:
        return None
    difference = np.abs(rgb / light - 1).max(axis=-1)
    most = float(difference[rim].max())
    box = box_of(without_specks(difference > max(_DIFFERENT, 1.2 * most)))
    if most > _STRANGE or box is None:
        return None
    gain = Image.fromarray(np.rint(np.minimum(light / _WHITE, 1) * 255).astype(np.uint8)).resize(
        photo.size, Image.Resampling.BICUBIC
    )
    white = np.asarray(photo, dtype=np.float32) * (255 / np.asarray(gain, dtype=np.float32))
    return Image.fromarray(np.minimum(white, 255).astype(np.uint8)), box


def on_white(photo: Image.Image, box: Box, side: int, free: float) -> Image.Image:
    """The square `box` of a photo with a white ground, with `side` pixels.

    Beyond the borders of the photo is the same white. The photo fades into it, over `free` at most: the distance, in
    pixels of the photo, between what is on the ground and the nearest border.
    """
    inside, (left, top, right, bottom) = within_photo(photo.size, box, side)
    white = Image.new("RGB", (side, side), (round(_WHITE * 255),) * 3)
    picture = white.copy()
    picture.paste(enlarged(photo, inside, (right - left, bottom - top)), (left, top))
    if (right - left, bottom - top) == (side, side):
        return picture
    fade = max(1.0, min(side / 8, free * side / (box[2] - box[0])))
    along = np.arange(side, dtype=np.float32) + 0.5
    # A border of the photo that is a border of the picture stays as it is.
    across, down = (
        _ramp((along - start) / fade if start > 0 else None, (end - along) / fade if end < side else None, side)
        for start, end in ((left, right), (top, bottom))
    )
    mask = Image.fromarray(np.rint(255 * across[None] * down[:, None]).astype(np.uint8))
    return Image.composite(picture, white, mask)


def _ramp(rising: Floats | None, falling: Floats | None, side: int) -> Floats:
    """0 at a border of the photo, 1 where it is no longer near one, smooth between."""
    share = np.ones(side, dtype=np.float32)
    for part in (rising, falling):
        if part is not None:
            share = np.minimum(share, np.clip(part, 0, 1))
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def _rim(height: int, width: int) -> Mask:
    depth = max(3, round(_RIM * min(height, width)))
    rim = np.ones((height, width), dtype=np.bool_)
    rim[depth:-depth, depth:-depth] = False
    return rim


def _light_on(rgb: Floats, rim: Mask) -> Floats | None:
    """The light on the ground, as a surface of second degree through the rim; None for a rim of another kind."""
    height, width, _ = rgb.shape
    y, x = (axis.astype(np.float32) for axis in np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j])
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    factors = np.linalg.lstsq(terms[rim], rgb[rim], rcond=None)[0]
    light = np.asarray(terms @ factors, dtype=np.float32)
    unlike = np.abs(light[rim] - rgb[rim]).max(axis=-1)
    even = float(np.quantile(unlike, 0.95)) < _UNEVEN
    pale = float(light.min()) > _DARKEST and float(np.ptp(light, axis=-1).max()) < _MOST_COLOUR
    return light if even and pale else None
