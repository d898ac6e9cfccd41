"""Finds the product in a photo: its box, its outline, and how reliable they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from souk.selling.media.adapters.studio.matting import (
    Floats,
    box_mean,
    connected,
    guided_filter,
    log_likelihood,
    random_walk,
    to_lab,
)
from souk.selling.media.adapters.studio.structure import NOISE, Box, Mask, border, box_of, parts_beyond, steps, widened

_SEARCH_SIDE: Final = 168
# How far below the usual log density of the border's colours a colour certainly does not belong to the border; noise
# stays below it.
_RARE: Final = 12.0
# One pixel in this many is enough to learn colours from.
_LEARNT_FROM: Final = 5
_ROUNDS: Final = 7
_OUTLINE_SIDE: Final = 336
# How far from the first outline, in pixels of that size, the refined one may be.
_BAND: Final = 7
_EDGE_SIDE: Final = 900
# Below this a cut-out looks wrong; chosen by looking at cut-outs with higher and lower confidence.
CUT_OUT_CONFIDENCE: Final = 0.85
# What a region must fulfil beside that: how much of it may look like ground, and which share of the structure near it
# must be its own. Chosen by looking, too.
_GROUND_BELIEF: Final = 0.35
_GROUND_IN_IT: Final = 0.01
_STRUCTURE_IN_IT: Final = 0.9
# So many small pixels of the region may be farther than two from the refined outline.
_LOST: Final = 3
_FRAMED_AT_MOST: Final = 0.84
# A doubtful subject is framed only when this share of the photo's structure is in its box: otherwise the product may be
# larger than the part that was found, and the whole photo is the subject.
_FRAMED_STRUCTURE: Final = 0.7
_FRAMING_CONFIDENCE: Final = 0.4
# From this on what stands out elsewhere is likely to be a part of the subject; below, of a restless ground.
_CLEAR: Final = 0.65
# How far a shadow may reach beyond its thing, in parts of the longer side: what reaches farther may be a part of it.
_SHADOW: Final = 0.25
_WHOLE: Final = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Subject:
    """`box` is (left, top, right, bottom) in fractions of the photo; `matte` an "L" picture, 255 where the subject is.

    `confidence` in 0..1: how cleanly the outline separates two different things.
    """

    box: Box
    matte: Image.Image
    confidence: float

    @property
    def can_be_cut_out(self) -> bool:
        return self.confidence >= CUT_OUT_CONFIDENCE

    @property
    def is_whole_photo(self) -> bool:
        return self.box == _WHOLE

    def on_paper(self, box: Box) -> Subject:
        """The same on a plain ground from which all in `box` differs: shadows, too, and parts that were not found."""
        if self.is_whole_photo:
            return replace(self, box=box)
        width, height = self.matte.size
        found = self.box
        both = (min(found[0], box[0]), min(found[1], box[1]), max(found[2], box[2]), max(found[3], box[3]))
        longest = max((found[2] - found[0]) * width, (found[3] - found[1]) * height)
        farthest = max(
            abs(end - start) * size for start, end, size in zip(found, both, (width, height) * 2, strict=True)
        )
        sure = self.confidence if farthest <= _SHADOW * longest else min(self.confidence, _FRAMED_AT_MOST)
        return replace(self, box=both, confidence=sure)


def find_subject(picture: Image.Image) -> Subject:
    """The most likely product in an RGB `picture`: unlike the border, near the middle, in one piece.

    When nothing is found with enough confidence, the whole photo is the subject.
    """
    small = picture.copy()
    small.thumbnail((_SEARCH_SIDE, _SEARCH_SIDE), Image.Resampling.BOX)
    lab = to_lab(np.asarray(small, dtype=np.float32) / 255)
    belief = _refined(lab, _first_guess(lab))
    solid = _one_piece(belief)
    step = steps(lab)
    confidence = _confidence(lab, step, belief, solid)
    found, missing = solid, False
    if confidence >= _CLEAR:
        parts, missing = parts_beyond(small, lab, step, solid)
        found = solid | parts
    if confidence >= CUT_OUT_CONFIDENCE and not missing and _nothing_is_missing(step, belief, solid):
        matte = _fine_matte(picture, solid)
        if _in_one_piece(matte) and _nothing_is_lost(matte, solid):
            return Subject(box_of(solid) or _WHOLE, matte, confidence)
    box = box_of(found) or _WHOLE
    confidence = min(confidence, _FRAMED_AT_MOST)
    if confidence >= _FRAMING_CONFIDENCE and _structure_within(box, step) >= _FRAMED_STRUCTURE:
        return Subject(box, Image.fromarray((solid * 255).astype(np.uint8)).resize(picture.size), confidence)
    return Subject(_WHOLE, Image.new("L", picture.size, 255), confidence)


def _in_one_piece(matte: Image.Image) -> bool:
    """Whether the outline holds together: thin parts, such as the pole of a lamp, are lost when it is refined."""
    small = matte.copy()
    small.thumbnail((_OUTLINE_SIDE, _OUTLINE_SIDE), Image.Resampling.BOX)
    opaque = np.asarray(small) > 127
    seed = np.zeros_like(opaque)
    seed[np.unravel_index(int((opaque * _middle(*opaque.shape)).argmax()), opaque.shape)] = True
    return float(connected(opaque, seed).sum()) > 0.98 * float(opaque.sum())


def _nothing_is_lost(matte: Image.Image, solid: Mask) -> bool:
    """Whether the refined outline still has every part of the region that it was made from, and none is cut off.

    A thin part, such as an antenna, may vanish; what touches the border of the photo goes on beyond it.
    """
    if solid[[0, -1]].any() or solid[:, [0, -1]].any():
        return False
    height, width = solid.shape
    opaque = np.asarray(matte.resize((width, height), Image.Resampling.BOX)) > 127
    return int((solid & ~widened(opaque)).sum()) <= _LOST


def _first_guess(lab: Floats) -> Floats:
    """How likely each pixel is the product: unlike the border and near the middle."""
    height, width, _ = lab.shape
    colours = lab.reshape(-1, 3)
    at_border = border(height, width)
    known = lab[at_border]
    unlike = -log_likelihood(colours, known, np.ones(len(known), dtype=np.float32)).reshape(height, width)
    usual, most = np.quantile(unlike, (0.5, 0.995))
    rarity = np.clip((unlike - usual) / max(float(most - usual), _RARE), 0, 1)
    guess = np.clip((0.02 + 0.98 * rarity) * _middle(height, width), 0.001, 0.999)
    # Its threshold becomes a probability of 0.5.
    return np.asarray(guess ** (np.log(0.5) / np.log(_dividing_line(guess))), dtype=np.float32)


def _dividing_line(values: Floats) -> float:
    """The threshold that best separates values of 0..1 into two groups (Otsu, 1979)."""
    counts, edges = np.histogram(values, bins=64, range=(0, 1))
    middles = (edges[1:] + edges[:-1]) / 2
    below, total = counts.cumsum(), counts.sum()
    mass = (counts * middles).cumsum()
    above = np.maximum(total - below, 1)
    between = below * above * (mass / np.maximum(below, 1) - (mass[-1] - mass) / above) ** 2
    return float(np.clip(edges[1 + int(between.argmax())], 0.05, 0.95))


def _refined(lab: Floats, belief: Floats) -> Floats:
    """Repeatedly: classify pixels by the colours of product and background, and align the outline with edges."""
    height, width, _ = lab.shape
    colours = lab.reshape(-1, 3)
    leaning = 1.2 * (_middle(height, width) - 0.5)
    outside = border(height, width)
    few = colours[::_LEARNT_FROM]
    for _ in range(_ROUNDS):
        figure = np.clip(belief.ravel()[::_LEARNT_FROM], 0.001, 0.999)
        # Cubed, so that doubtful pixels hardly count for the colours of either side.
        ratio = log_likelihood(colours, few, figure**3) - log_likelihood(colours, few, (1 - figure) ** 3)
        odds = 0.6 * ratio.reshape(height, width) + leaning
        posterior = 1 / (1 + np.exp(-np.clip(odds, -12, 12)))
        posterior[outside] *= 0.5
        belief = random_walk(lab, posterior.astype(np.float32), pull=0.06)
    return belief


def _one_piece(belief: Floats) -> Mask:
    """The largest likely region, weighted towards the middle, with its holes filled."""
    rest = belief > 0.5
    weight = _middle(*belief.shape)
    best, best_weight = np.zeros_like(rest), 0.0
    for _ in range(12):
        if not rest.any():
            break
        seed = np.zeros_like(rest)
        seed[np.unravel_index(int((belief * weight * rest).argmax()), rest.shape)] = True
        piece = connected(rest, seed)
        if float(weight[piece].sum()) > best_weight:
            best, best_weight = piece, float(weight[piece].sum())
        rest &= ~piece
    rim = np.zeros_like(rest)
    rim[[0, -1]] = True
    rim[:, [0, -1]] = True
    return ~connected(~best, rim)


def _fine_matte(picture: Image.Image, solid: Mask) -> Image.Image:
    """The outline, refined at twice the size in a band around the first one, then aligned with the edges."""
    middle = _scaled(picture, _OUTLINE_SIDE)
    lab = to_lab(np.asarray(middle, dtype=np.float32) / 255)
    coarse = Image.fromarray((solid * 255).astype(np.uint8)).resize(middle.size, Image.Resampling.BICUBIC)
    prior = (np.asarray(coarse) > 127).astype(np.float32)
    # Not by a blurred outline, which would round corners off.
    around = box_mean(prior, _BAND)
    decided = (around < 1e-3) | (around > 1 - 1e-3)
    walked = random_walk(lab, prior, pull=np.where(decided, 4, 0.02).astype(np.float32))

    large = _scaled(picture, _EDGE_SIDE)
    guide = np.asarray(large.convert("L"), dtype=np.float32) / 255
    outline = Image.fromarray((walked * 255).astype(np.uint8)).resize(large.size, Image.Resampling.BICUBIC)
    outline = outline.filter(ImageFilter.GaussianBlur(max(large.size) / 400))
    fine = guided_filter(guide, np.asarray(outline, dtype=np.float32) / 255, max(2, max(large.size) // 150), 1e-3)
    crisp = np.clip((fine - 0.45) / 0.4, 0, 1)
    matte = Image.fromarray((crisp * crisp * (3 - 2 * crisp) * 255).astype(np.uint8))
    return matte.resize(picture.size, Image.Resampling.BICUBIC)


def _scaled(picture: Image.Image, side: int) -> Image.Image:
    scale = min(1.0, side / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BOX)


def _confidence(lab: Floats, step: Floats, belief: Floats, solid: Mask) -> float:
    """The weakest of four measures: decided pixels, distinct colours, an edge along the outline, a free border."""
    decided = float(np.abs(belief - 0.5).mean() * 2)
    inside, outside = lab[solid], lab[~solid]
    if min(len(inside), len(outside)) < solid.size // 100:
        return 0.0
    distinct = 1 - _overlap(inside, outside)
    outline = np.zeros_like(solid)
    outline[1:] |= solid[1:] != solid[:-1]
    outline[:, 1:] |= solid[:, 1:] != solid[:, :-1]
    ground = step[~solid & ~outline]
    edge = float(np.clip(np.median(step[outline]) / (float(np.quantile(ground, 0.8)) * 2.5 + 4), 0, 1))
    free = 1 - float(np.clip(solid[border(*solid.shape)].mean() / 0.12, 0, 1))
    return min(decided, distinct, edge, free)


def _nothing_is_missing(step: Floats, belief: Floats, solid: Mask) -> bool:
    """Whether the region holds all that stands out near it, more than the border of the photo does, and no ground.

    Ground seen through a handle would be cut out with the product; a part in the colour of the ground would be lost.
    """
    if float((belief[solid] < _GROUND_BELIEF).mean()) > _GROUND_IN_IT:
        return False
    height, width = solid.shape
    noise = max(float(np.quantile(step[border(height, width)], 0.9)), NOISE)
    structure = np.maximum(step - noise, 0)
    within = widened(solid)
    left, top, right, bottom = box_of(solid) or _WHOLE
    aside, above = 0.2 * (right - left), 0.2 * (bottom - top)
    near = np.zeros_like(solid)
    near[
        int(max(0.0, top - above) * height) : int((bottom + above) * height) + 1,
        int(max(0.0, left - aside) * width) : int((right + aside) * width) + 1,
    ] = True
    share = structure[within].sum() / max(float(structure[near | within].sum()), 1e-6)
    return bool(share >= _STRUCTURE_IN_IT)


def _structure_within(box: Box, step: Floats) -> float:
    """The share of the photo's edges and texture in `box`."""
    height, width = step.shape
    structure = np.maximum(step - NOISE, 0)
    left, top, right, bottom = box
    rows = slice(round(top * height), round(bottom * height))
    columns = slice(round(left * width), round(right * width))
    return float(structure[rows, columns].sum() / max(float(structure.sum()), 1e-6))


def _overlap(first: Floats, second: Floats) -> float:
    """Bhattacharyya coefficient of two colour histograms, 0 (nothing in common) to 1 (equal)."""
    edges = (np.linspace(0, 100, 9), np.linspace(-90, 90, 13), np.linspace(-90, 90, 13))
    shares = [np.histogramdd(part, bins=edges)[0] / len(part) for part in (first, second)]
    return float(np.sqrt(shares[0] * shares[1]).sum())


def _middle(height: int, width: int) -> Floats:
    """1 in the middle of the photo, decreasing towards its border."""
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height - 0.5
    x = (np.arange(width, dtype=np.float32)[None] + 0.5) / width - 0.5
    return np.exp(-(x * x + y * y) / (2 * 0.3**2)).astype(np.float32)
