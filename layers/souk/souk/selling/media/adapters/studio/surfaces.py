"""Backgrounds for products, computed from noise: paper, wood, marble, linen, stone, a garden out of focus.

Each painter returns a square RGB picture, lit from the upper left and slightly out of focus in the distance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from souk.selling.media.adapters.studio.matting import Floats
from souk.selling.media.adapters.studio.prompts import Mood, Setting

type Chance = np.random.Generator
type Painter = Callable[[Mood, int, Chance], Image.Image]

# Textures are computed at this size and enlarged: finer grain than a lens shows only costs time and bytes.
_TEXTURE: Final = 1000


def painted(mood: Mood, side: int, seed: int) -> Image.Image:
    """The background of `mood`, `side` pixels square. The same seed gives the same picture."""
    return _PAINTERS[mood.setting](mood, side, np.random.Generator(np.random.PCG64(seed)))


def _paper(mood: Mood, side: int, chance: Chance) -> Image.Image:
    """Seamless paper: a wall that curves into the floor, brightest behind the product."""
    y, x = _grid(_TEXTURE)
    glow = np.exp(-(((x - 0.44) / 0.62) ** 2 + ((y - 0.42) / 0.55) ** 2))
    curve = 0.035 * np.tanh((y - 0.62) / 0.10)
    depth = 0.16 if sum(mood.paper) < 640 else 0.05
    shade = 1 - depth + depth * glow * 1.6 - curve * depth * 4
    dither = chance.normal(0, 0.0025, shade.shape).astype(np.float32)
    return _picture(np.asarray(mood.paper, dtype=np.float32) / 255 * (shade + dither)[..., None], side)


def _wood(mood: Mood, side: int, chance: Chance) -> Image.Image:
    _, x = _grid(_TEXTURE)
    planks = 5
    plank = np.minimum((x * planks).astype(np.int64), planks - 1)
    shift = chance.uniform(0, 1, planks).astype(np.float32)[plank]
    tone = chance.uniform(-0.05, 0.05, planks).astype(np.float32)[plank]
    bend = _noise(chance, 5, 4) * 0.09 + _noise(chance, 14, 9) * 0.022
    rings = np.sin((x + bend + shift * 3.1) * 2 * np.pi * 17)
    fibre = _noise(chance, 7, 420) * 0.6 + _noise(chance, 24, 800) * 0.4
    pores = np.clip(_noise(chance, 30, 700) - 0.62, 0, 1)
    value = 0.5 + tone + 0.07 * rings + 0.15 * (fibre - 0.5) - 0.5 * pores + 0.10 * (_noise(chance, 3, 3) - 0.5)
    gap = np.abs((x * planks) % 1 - 0.5)
    value -= 0.34 * np.clip((gap - 0.493) / 0.007, 0, 1) + 0.04 * np.clip((gap - 0.46) / 0.04, 0, 1)
    dark = mood.light.exposure < 0.95
    low, high = ((0.10, 0.06, 0.04), (0.42, 0.29, 0.20)) if dark else ((0.27, 0.155, 0.085), (0.83, 0.63, 0.44))
    return _tabletop(_between(value, low, high), side)


def _marble(mood: Mood, side: int, chance: Chance) -> Image.Image:
    y, x = _grid(_TEXTURE)
    drift = 0.16 * _noise(chance, 3, 3) + 0.05 * _noise(chance, 12, 12) + 0.018 * _noise(chance, 40, 40)
    veins = np.zeros_like(x)
    for frequency, slant, weight, sharpness in ((1.6, 0.75, 0.45, 7), (2.7, 0.45, 0.30, 12), (5.3, 0.9, 0.16, 16)):
        wave = np.sin(2 * np.pi * frequency * (x * slant + y * 0.6 + drift))
        presence = np.clip(_noise(chance, 5, 5) * 1.9 - 0.5, 0, 1)
        veins += weight * presence * np.exp(-np.abs(wave) * sharpness)
        veins += 0.22 * weight * presence * np.exp(-np.abs(wave) * sharpness / 6)
    clouds = 0.10 * (_noise(chance, 3, 3) - 0.5) + 0.05 * (_noise(chance, 11, 11) - 0.5)
    value = np.clip(0.93 + clouds - 0.8 * veins, 0, 1)
    dark = mood.light.exposure < 0.95
    low, high = ((0.62, 0.60, 0.57), (0.09, 0.09, 0.10)) if dark else ((0.40, 0.40, 0.42), (0.93, 0.925, 0.915))
    return _tabletop(_between(value, low, high), side)


def _linen(mood: Mood, side: int, chance: Chance) -> Image.Image:
    y, x = _grid(_TEXTURE)
    threads = 190
    slub = _noise(chance, 260, 12) * 0.5 + _noise(chance, 12, 260) * 0.5
    weave = np.sin(x * threads * np.pi) ** 2 * 0.5 + np.sin(y * threads * np.pi) ** 2 * 0.5
    folds = _noise(chance, 4, 3) * 0.7 + _noise(chance, 7, 6) * 0.3
    value = 0.62 + 0.10 * (weave - 0.5) + 0.16 * (slub - 0.5) + 0.34 * (folds - 0.5)
    base = np.asarray(mood.paper, dtype=np.float32) / 255
    return _tabletop(_between(value, tuple(base * 0.62), tuple(np.clip(base * 1.12, 0, 1))), side)


def _stone(mood: Mood, side: int, chance: Chance) -> Image.Image:
    clouds = sum((_noise(chance, size, size) - 0.5) * weight for size, weight in ((3, 0.16), (8, 0.12), (22, 0.07)))
    grain = (_noise(chance, 300, 300) - 0.5) * 0.08 + (_noise(chance, 90, 90) - 0.5) * 0.05
    pits = np.clip(_noise(chance, 120, 120) - 0.80, 0, 1) * 1.1
    value = np.asarray(0.55 + clouds + grain - pits, dtype=np.float32)
    dark = mood.light.exposure < 0.95
    low, high = ((0.07, 0.075, 0.08), (0.33, 0.34, 0.35)) if dark else ((0.34, 0.335, 0.325), (0.86, 0.85, 0.83))
    return _tabletop(_between(value, low, high), side)


def _garden(mood: Mood, side: int, chance: Chance) -> Image.Image:
    """A terrace table in front of sunlit trees."""
    leaves = 0.6 * _noise(chance, 6, 6) + 0.4 * _noise(chance, 14, 14)
    trees = _picture(_between(leaves, (0.10, 0.20, 0.08), (0.66, 0.78, 0.42)), side)
    lights = Image.new("RGB", (side, side))
    draw = ImageDraw.Draw(lights)
    for x, y, size, glow in chance.uniform(0, 1, (34, 4)):
        radius, level = side * (0.014 + 0.026 * size), 16 + 52 * glow
        place = (x * side - radius, y * 0.6 * side - radius, x * side + radius, y * 0.6 * side + radius)
        draw.ellipse(place, fill=(int(level), int(level * 0.95), int(level * 0.55)))
    far = Image.fromarray(
        np.clip(
            np.asarray(trees.filter(ImageFilter.GaussianBlur(side / 40)), dtype=np.int16)
            + np.asarray(lights.filter(ImageFilter.GaussianBlur(side / 200)), dtype=np.int16),
            0,
            255,
        ).astype(np.uint8)
    )
    table = _wood(mood, side, chance)
    edge = Image.linear_gradient("L").resize((side, side)).point(lambda v: max(0, min(255, (v - 128) * 9)))
    return Image.composite(table, far, edge.filter(ImageFilter.GaussianBlur(side / 160)))


_PAINTERS: Final[Mapping[Setting, Painter]] = {
    "paper": _paper,
    "wood": _wood,
    "marble": _marble,
    "linen": _linen,
    "stone": _stone,
    "garden": _garden,
}


def _tabletop(texture: Floats, side: int) -> Image.Image:
    """The texture as a table seen at an angle: narrower and out of focus in the distance, lit from the upper left."""
    y, x = _grid(_TEXTURE)
    light = 0.80 + 0.22 * np.exp(-(((x - 0.32) / 0.75) ** 2 + ((y - 0.35) / 0.75) ** 2))
    flat = _picture(texture * light[..., None], _TEXTURE)
    # A row at height y shows the middle 1 / (1 + tilt y) of the texture, so far rows (top) show more than near ones.
    tilt, scale, middle = 0.42, _TEXTURE / side, _TEXTURE / 2
    across, down, lean = 0.98 * scale, 1.3 * scale, tilt / side
    seen = flat.transform(
        (side, side),
        Image.Transform.PERSPECTIVE,
        (across, middle * lean, middle - across * side / 2, 0.0, down, 0.0, 0.0, lean),
        Image.Resampling.BICUBIC,
    )
    soft = seen.filter(ImageFilter.GaussianBlur(side / 130))
    far = Image.linear_gradient("L").resize((side, side)).point(lambda v: max(0, 255 - int(v * 2.4)))
    return Image.composite(soft, seen.filter(ImageFilter.GaussianBlur(side / 1400)), far)


def _noise(chance: Chance, rows: int, columns: int) -> Floats:
    """Smooth noise in 0..1 with `rows` features vertically and `columns` horizontally."""
    few = chance.uniform(0, 1, (rows + 3, columns + 3)).astype(np.float32)
    return np.asarray(Image.fromarray(few).resize((_TEXTURE, _TEXTURE), Image.Resampling.BICUBIC), dtype=np.float32)


def _grid(side: int) -> tuple[Floats, Floats]:
    steps = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = np.meshgrid(steps, steps)
    return y, x


def _between(value: Floats, low: tuple[float, ...], high: tuple[float, ...]) -> Floats:
    share = np.clip(value, 0, 1)[..., None]
    return np.asarray(np.array(low) * (1 - share) + np.array(high) * share, dtype=np.float32)


def _picture(rgb: Floats, side: int) -> Image.Image:
    picture = Image.fromarray((np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8))
    return picture if picture.width == side else picture.resize((side, side), Image.Resampling.BICUBIC)
