"""Which part of a photo a picture shows, and how it is enlarged. Nothing is ever invented beyond a photo's border.

Boxes are in pixels of the photo where nothing else is said.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from souk.selling.media.adapters.studio.matting import box_mean
from souk.selling.media.adapters.studio.structure import Box
from souk.selling.media.adapters.studio.subject import Subject

_LANCZOS: Final = Image.Resampling.LANCZOS
_BICUBIC: Final = Image.Resampling.BICUBIC

# Part of a picture's side that stays free around the subject: at least what marketplaces ask for.
MARGIN: Final = 0.06
# The same around a subject that is not cut out, where the photo has it: its box may be a bit too small.
_LOOSE: Final = 0.15
_TIGHT: Final = MARGIN + 0.005
# The smallest crop of a detail, where the photo is large enough: a smaller one, enlarged, shows no more.
_DETAIL_PIXELS: Final = 300
# Parts of the subject's longer side that a detail may show: the first one with enough of the subject's structure. Thin
# and hollow things need more.
_DETAIL_SIDES: Final = (0.5, 0.62, 0.78, 1.0)
_DETAIL_STRUCTURE: Final = 0.3
# How far from the middle of the subject, in parts of its size, a detail may move towards the finer structure.
_DETAIL_SHIFT: Final = 0.15


def square_around(size: tuple[int, int], subject: Subject, margin: float) -> Box:
    """The square with the subject in its middle and `margin` (part of its side) on the longer sides.

    It may reach beyond the border of the photo: only for a subject that is cut out.
    """
    left, top, right, bottom = _pixels(subject.box, size)
    half = max(right - left, bottom - top) / (1 - 2 * margin) / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    return x - half, y - half, x + half, y + half


def crop_around(size: tuple[int, int], subject: Subject) -> Box:
    """The part of the photo to show when its subject is not cut out: all of the subject, as square as the photo allows.

    It never reaches beyond the border.
    """
    width, height = size
    left, top, right, bottom = _pixels(subject.box, size)
    longest = max(right - left, bottom - top)
    side = longest / (1 - 2 * _LOOSE)
    if side > min(size) >= longest / (1 - 2 * _TIGHT):  # closer, but without a ground around it
        side = min(size)
    # In whole pixels: an enlarged picture then starts and ends with pixels of the photo.
    wide, high = (min(float(round(side)), float(limit)) for limit in size)
    x = _within(round((left + right - wide) / 2), wide, width)
    y = _within(round((top + bottom - high) / 2), high, height)
    return x, y, x + wide, y + high


def fills_a_square(size: tuple[int, int], subject: Subject, box: Box) -> bool:
    """Whether `box` is square and leaves MARGIN around the subject: then no ground is needed around it."""
    side = box[2] - box[0]
    if abs(side - (box[3] - box[1])) > 1:
        return False
    left, top, right, bottom = _pixels(subject.box, size)
    free = min(left - box[0], top - box[1], box[2] - right, box[3] - bottom)
    return free >= MARGIN * side


def square_on_detail(picture: Image.Image, subject: Subject) -> Box:
    """A square in the middle of the subject, closer to its finer structure (stitching, engraving, rim) if that is near.

    It is as small as it can be while a good part of that structure is in it, and within the photo.
    """
    width, height = picture.size
    left, top, right, bottom = _pixels(subject.box, picture.size)
    scale = 200 / max(width, height)
    structure = _structure(picture, subject, scale)
    total = max(float(structure.sum()), 1e-6)
    rows, columns = (np.arange(length, dtype=np.float32) + 0.5 for length in structure.shape)
    x = float(structure.sum(axis=0) @ columns) / total / scale
    y = float(structure.sum(axis=1) @ rows) / total / scale
    # An unknown subject is most likely in the middle; the finest structure may be that of its surroundings.
    reach = 0.0 if subject.is_whole_photo else _DETAIL_SHIFT
    x = _near(x, (left + right) / 2, reach * (right - left))
    y = _near(y, (top + bottom) / 2, reach * (bottom - top))
    longest, limit = max(right - left, bottom - top), float(min(width, height))
    box: Box = (0.0, 0.0, limit, limit)
    for share in _DETAIL_SIDES:
        side = min(max(share * longest, _DETAIL_PIXELS), limit)
        box_x, box_y = _within(x - side / 2, side, width), _within(y - side / 2, side, height)
        box = (box_x, box_y, box_x + side, box_y + side)
        seen = [round(value * scale) for value in box]
        if float(structure[seen[1] : seen[3], seen[0] : seen[2]].sum()) >= _DETAIL_STRUCTURE * total:
            break
    return box


def free_around(size: tuple[int, int], subject: Subject) -> float:
    """The distance in pixels between the subject and the nearest border of the photo."""
    left, top, right, bottom = _pixels(subject.box, size)
    return min(left, top, size[0] - right, size[1] - bottom)


def enlarged(picture: Image.Image, box: Box, size: tuple[int, int]) -> Image.Image:
    """`box`, which lies within the picture, as a picture of `size`, sharpened.

    Only the brightness is: sharpened colours look the same, and cost twice as much again.
    """
    left, top = int(box[0]), int(box[1])
    area = picture.crop((left, top, math.ceil(box[2]), math.ceil(box[3])))
    inside = (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
    luma, *colours = area.convert("YCbCr").split()
    planes = (_enlarged_luma(luma, inside, size), *(plane.resize(size, _BICUBIC, box=inside) for plane in colours))
    return Image.merge("YCbCr", planes).convert("RGB")


def _enlarged_luma(luma: Image.Image, box: Box, size: tuple[int, int]) -> Image.Image:
    scale = size[0] / (box[2] - box[0])
    if scale <= 1.5:
        return luma.resize(size, _LANCZOS, box=box).filter(ImageFilter.UnsharpMask(1.2, 40, 2))
    # In two steps with sharpening between them: a single large step shows ringing.
    halfway = (max(1, round(size[0] / scale**0.5)), max(1, round(size[1] / scale**0.5)))
    step = luma.resize(halfway, _LANCZOS, box=box).filter(ImageFilter.UnsharpMask(1.2, 45, 1))
    return step.resize(size, _BICUBIC).filter(ImageFilter.UnsharpMask(min(2.4, scale * 0.6), 45, 2))


def within_photo(size: tuple[int, int], box: Box, side: int) -> tuple[Box, tuple[int, int, int, int]]:
    """The part of a square `box` that a photo of `size` has, and its place in a picture of `box` with `side` pixels."""
    inside = (max(0.0, box[0]), max(0.0, box[1]), min(float(size[0]), box[2]), min(float(size[1]), box[3]))
    scale = side / (box[2] - box[0])
    left, top, right, bottom = (
        round((value - start) * scale) for value, start in zip(inside, (*box[:2], *box[:2]), strict=True)
    )
    return inside, (left, top, right, bottom)


def cut_out(picture: Image.Image, subject: Subject, box: Box, side: int) -> tuple[Image.Image, Image.Image]:
    """The square `box` with `side` pixels, and its matte: 0 beyond the border of the photo."""
    inside, (left, top, right, bottom) = within_photo(picture.size, box, side)
    size = (right - left, bottom - top)
    colours, matte = Image.new("RGB", (side, side)), Image.new("L", (side, side))
    colours.paste(enlarged(picture, inside, size), (left, top))
    matte.paste(subject.matte.resize(size, _BICUBIC, box=inside), (left, top))
    return colours, matte


def _pixels(box: Box, size: tuple[int, int]) -> Box:
    return box[0] * size[0], box[1] * size[1], box[2] * size[0], box[3] * size[1]


def _structure(picture: Image.Image, subject: Subject, scale: float) -> np.ndarray:
    small = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    grey = np.asarray(picture.convert("L").resize(small, Image.Resampling.BOX), dtype=np.float32) / 255
    matte = np.asarray(subject.matte.resize(small, Image.Resampling.BOX), dtype=np.float32) / 255
    # A plain subject has hardly any structure: then its area decides.
    return (np.abs(grey - box_mean(grey, 2)) + 0.004) * matte


def _near(value: float, middle: float, reach: float) -> float:
    return min(max(value, middle - reach), middle + reach)


def _within(start: float, side: float, limit: int) -> float:
    """The start of a range of length `side`, moved into 0..limit."""
    return min(max(start, 0.0), limit - side)
