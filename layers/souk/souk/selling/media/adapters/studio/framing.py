"""Square crops of photos: where to crop, how to extend a photo beyond its border, how to enlarge it."""

from __future__ import annotations

from math import ceil
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from souk.selling.media.adapters.studio.matting import box_mean
from souk.selling.media.adapters.studio.subject import Subject

type Box = tuple[float, float, float, float]

# Cutting off this share of a subject at the border of its photo is better than extending the photo.
_CUT_ALLOWED: Final = 0.12
# The smallest crop of a detail, where the photo is large enough: a smaller one, enlarged, shows no more.
_DETAIL_PIXELS: Final = 300


def square_around(size: tuple[int, int], subject: Subject, margin: float) -> Box:
    """The square, in pixels, with the subject in its middle and `margin` (part of its side) on the longer sides.

    It stays within the photo where that cuts almost nothing off the subject, otherwise it extends beyond the border.
    """
    width, height = size
    left, top, right, bottom = subject.box
    wide, high = (right - left) * width, (bottom - top) * height
    needed = max(wide, high)
    side = needed / (1 - 2 * margin)
    if side > min(width, height) >= needed * (1 - _CUT_ALLOWED):
        side = float(min(width, height))
    if not subject.can_be_cut_out:  # then the extension would be visible
        side = min(side, float(max(width, height)))
    centre_x, centre_y = subject.centre
    x = _within(centre_x * width - side / 2, side, width)
    y = _within(centre_y * height - side / 2, side, height)
    return x, y, x + side, y + side


def square_on_detail(picture: Image.Image, subject: Subject) -> Box:
    """The square within the subject with the most fine structure: stitching, engraving, rim, texture."""
    width, height = picture.size
    left, top, right, bottom = subject.box
    extent = min((right - left) * width, (bottom - top) * height)
    side = min(max(0.5 * extent, _DETAIL_PIXELS), 0.68 * min(width, height))

    scale = 200 / max(width, height)
    small = picture.convert("L").resize((round(width * scale), round(height * scale)), Image.Resampling.BOX)
    grey = np.asarray(small, dtype=np.float32) / 255
    matte = np.asarray(subject.matte.resize(small.size, Image.Resampling.BOX), dtype=np.float32) / 255
    structure = np.abs(grey - box_mean(grey, 2)) * matte
    reach = max(1, round(side * scale / 2))
    # Weighted by how much of the window is on the subject: structure alone would choose its outline.
    interest = box_mean(structure, reach) * box_mean(matte, reach)
    margin_y, margin_x = min(reach, grey.shape[0] // 2 - 1), min(reach, grey.shape[1] // 2 - 1)
    inner = interest[margin_y : grey.shape[0] - margin_y, margin_x : grey.shape[1] - margin_x]
    row, column = np.unravel_index(int(inner.argmax()), inner.shape)
    x = _within((int(column) + margin_x) / scale - side / 2, side, width)
    y = _within((int(row) + margin_y) / scale - side / 2, side, height)
    return x, y, x + side, y + side


def cropped(picture: Image.Image, box: Box, side: int) -> Image.Image:
    """`box` of the picture as a square of `side` pixels; beyond the border the photo is extended, out of focus."""
    picture, (pad_left, pad_top) = _extended(picture, box)
    left, top, right, bottom = box[0] + pad_left, box[1] + pad_top, box[2] + pad_left, box[3] + pad_top
    inside = (max(0.0, left), max(0.0, top), min(float(picture.width), right), min(float(picture.height), bottom))
    scale = side / (right - left)
    if scale <= 1.5:
        enlarged = picture.resize((side, side), Image.Resampling.LANCZOS, box=inside)
        return enlarged.filter(ImageFilter.UnsharpMask(1.2, 40, 2))
    # In two steps with sharpening between them: a single large step shows ringing.
    halfway = round(side / scale**0.5)
    step = picture.resize((halfway, halfway), Image.Resampling.LANCZOS, box=inside)
    step = step.filter(ImageFilter.UnsharpMask(1.2, 45, 1))
    enlarged = step.resize((side, side), Image.Resampling.BICUBIC)
    return enlarged.filter(ImageFilter.UnsharpMask(min(2.4, scale * 0.6), 45, 2))


def cropped_matte(matte: Image.Image, box: Box, side: int) -> Image.Image:
    """`box` of a matte as a square of `side` pixels; beyond the border there is no subject."""
    left, top, right, bottom = (round(value) for value in box)
    return matte.crop((left, top, right, bottom)).resize((side, side), Image.Resampling.BICUBIC)


def _within(start: float, side: float, limit: int) -> float:
    """The start of a range of length `side`, moved into 0..limit; centred when it is longer than `limit`."""
    if side >= limit:
        return (limit - side) / 2
    return min(max(start, 0.0), limit - side)


def _extended(picture: Image.Image, box: Box) -> tuple[Image.Image, tuple[int, int]]:
    """The photo, extended by its blurred edge pixels beyond the borders that `box` crosses, and its origin's shift."""
    beyond = (-box[0], -box[1], box[2] - picture.width, box[3] - picture.height)
    left, top, right, bottom = (ceil(value) if value > 0.5 else 0 for value in beyond)
    widest = max(left, top, right, bottom)
    if not widest:
        return picture, (0, 0)
    stretched = Image.fromarray(np.pad(np.asarray(picture), ((top, bottom), (left, right), (0, 0)), mode="edge"))
    soft = stretched.filter(ImageFilter.GaussianBlur(widest / 5 + 4))
    seam = max(4, widest // 8)
    sharp = (left + seam * bool(left), top + seam * bool(top))
    end = (stretched.width - right - seam * bool(right), stretched.height - bottom - seam * bool(bottom))
    # The mask is wider than the picture, so that a border without extension stays sharp to its last pixel.
    margin = 4 * seam
    keep = Image.new("L", (stretched.width + 2 * margin, stretched.height + 2 * margin), 0)
    keep.paste(
        255,
        (
            sharp[0] + margin if left else 0,
            sharp[1] + margin if top else 0,
            end[0] + margin if right else keep.width,
            end[1] + margin if bottom else keep.height,
        ),
    )
    keep = keep.filter(ImageFilter.GaussianBlur(seam / 2))
    keep = keep.crop((margin, margin, margin + stretched.width, margin + stretched.height))
    return Image.composite(stretched, soft, keep), (left, top)
