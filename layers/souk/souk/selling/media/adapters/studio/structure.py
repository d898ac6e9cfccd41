"""What stands out from the ground of a small photo: outlines, texture, thin things. Maps are (height, width)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from souk.selling.media.adapters.studio.matting import Floats, box_mean, connected, to_lab

type Mask = NDArray[np.bool_]
type Box = tuple[float, float, float, float]
"""Left, top, right, bottom; the user says in what."""

# Differences between neighbours (in Lab) up to this are noise, not structure.
NOISE: Final = 4.0
# The outline of a thing differs from its ground by more than this, that of a soft shadow by less.
_OUTLINE: Final = 12.0
# A thing of up to half this width in pixels is gone after a median filter of this size; a shadow and a surface stay.
_MEDIAN: Final = 5
# How far (in Lab) a thin thing differs from its ground at least: it covers its pixels only in part.
_THIN: Final = 6.0
# Of the 7 x 7 pixels around one, so many must be like it: fewer are a speck.
_SPECK: Final = 4.5


def steps(lab: Floats) -> Floats:
    """The distance of each pixel's colour from its upper and its left neighbour, added up."""
    step = np.zeros(lab.shape[:2], dtype=np.float32)
    step[1:] += np.sqrt(((lab[1:] - lab[:-1]) ** 2).sum(axis=-1))
    step[:, 1:] += np.sqrt(((lab[:, 1:] - lab[:, :-1]) ** 2).sum(axis=-1))
    return step


def border(height: int, width: int) -> Mask:
    ring = np.ones((height, width), dtype=np.bool_)
    depth = max(2, min(height, width) // 25)
    ring[depth:-depth, depth:-depth] = False
    return ring


def widened(mask: Mask) -> Mask:
    """With two pixels more on every side."""
    return np.asarray(Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(5))) > 0


def without_specks(mask: Mask) -> Mask:
    """Without what is smaller than a line of five pixels."""
    return mask & (box_mean(mask.astype(np.float32), 3) * 49 >= _SPECK)


def box_of(mask: Mask) -> Box | None:
    """The box of everything in the mask, in fractions; None when there is nothing."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return (
        int(columns[0]) / width,
        int(rows[0]) / height,
        (int(columns[-1]) + 1) / width,
        (int(rows[-1]) + 1) / height,
    )


def parts_beyond(small: Image.Image, lab: Floats, step: Floats, region: Mask) -> tuple[Mask, bool]:
    """What stands out beyond `region`, more than the border of the photo does, and whether it may belong to the thing.

    `step`: of `lab`. Outlines that touch the region may be those of its shadow. Thin things, and things apart from it,
    are no shadow.
    """
    within, rim = widened(region), border(*region.shape)
    wide = step > max(2 * float(np.quantile(step[rim], 0.9)), _OUTLINE)
    plain = to_lab(np.asarray(small.filter(ImageFilter.MedianFilter(_MEDIAN)), dtype=np.float32) / 255)
    unlike = np.sqrt(((lab - plain) ** 2).sum(axis=-1))
    thin = unlike > max(2 * float(np.quantile(unlike[rim], 0.95)), _THIN)
    beyond = ~within & ~rim
    parts = without_specks((wide | thin) & beyond)
    apart = parts & ~connected(parts | within, within)
    return parts, bool(apart.any() or without_specks(thin & beyond).any())
