"""Photos of things with the place of the thing: made ones, and those in photographs/."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from tests.unit.selling.media.media_builders import coffee

type Box = tuple[float, float, float, float]
type Scene = tuple[Image.Image, Box]

_FOLDER: Final = Path(__file__).with_name("photographs")
_SUBJECTS: Final[Mapping[str, Box]] = {
    name: tuple(box) for name, box in json.loads((_FOLDER / "subjects.json").read_text()).items()
}


def _lit(picture: Image.Image, *, noise: float = 2.0, fall: float = 0.12) -> Image.Image:
    """The picture as a camera sees it: light that falls off to the right, a soft lens, noise."""
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(1)), dtype=np.float32)
    light = np.linspace(1, 1 - fall, picture.width, dtype=np.float32)[None, :, None]
    grain = np.random.default_rng(3).normal(0, noise, (*pixels.shape[:2], 1))
    return Image.fromarray(np.clip(pixels * light + grain, 0, 255).astype(np.uint8))


def _texture(size: tuple[int, int], colours: NDArray[np.float32], cells: int) -> Image.Image:
    """Patches of `colours`, `cells` of them along the longer side."""
    chance = np.random.default_rng(9)
    scale = cells / max(size)
    grid = (max(2, round(size[1] * scale)), max(2, round(size[0] * scale)))
    few = colours[chance.integers(0, len(colours), grid)]
    return Image.fromarray(few.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)


def _clutter(size: tuple[int, int]) -> Image.Image:
    colours = np.array([[150, 60, 40], [70, 80, 60], [190, 170, 140], [40, 40, 60], [120, 110, 100]], dtype=np.float32)
    return _texture(size, colours, 26)


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    return round(box[0] * size[0]), round(box[1] * size[1]), round(box[2] * size[0]), round(box[3] * size[1])


def _wide_thing_in_a_cluttered_room() -> Scene:
    size, box = (1200, 500), (0.12, 0.30, 0.90, 0.78)
    picture = _clutter(size)
    left, top, right, bottom = _pixels(box, size)
    draw = ImageDraw.Draw(picture)
    radius = (bottom - top) // 3
    draw.rounded_rectangle((left + radius, top, right - radius, bottom - radius), radius, fill=(176, 34, 30))
    for x in (left, right - 2 * radius):
        draw.ellipse((x, bottom - 2 * radius, x + 2 * radius, bottom), fill=(30, 30, 32))
    return _lit(picture), box


def _bright_thing_at_night() -> Scene:
    size, box = (1000, 620), (0.46, 0.30, 0.54, 0.92)
    sky = np.linspace(18, 70, size[1])[:, None] * np.array([[0.35, 0.5, 1.0]])
    picture = Image.fromarray(np.broadcast_to(sky[:, None], (size[1], size[0], 3)).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for x in (60, 310, 700, 930):
        draw.line((x, 180, x + 20, 620), fill=(54, 60, 70), width=6)
        draw.ellipse((x - 10, 560, x + 30, 600), fill=(250, 220, 150))
    draw.rectangle(_pixels(box, size), fill=(222, 216, 196))
    return _lit(picture), box


def _vase(ground: int, body: tuple[int, int, int], size: tuple[int, int]) -> Scene:
    box = (0.38, 0.16, 0.62, 0.86)
    picture = Image.new("RGB", size, (ground,) * 3)
    left, top, right, bottom = _pixels(box, size)
    draw, neck = ImageDraw.Draw(picture), (right - left) // 4
    shadow = tuple(round(ground * 0.8) for _ in range(3))
    draw.ellipse((left + 20, bottom - 30, right + 90, bottom + 16), fill=shadow)
    picture = picture.filter(ImageFilter.GaussianBlur(9))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((left + neck, top, right - neck, bottom), fill=body)
    draw.ellipse((left, top + (bottom - top) // 4, right, bottom), fill=body)
    shine = (left + neck // 2, top + (bottom - top) // 3, left + neck, bottom - (bottom - top) // 4)
    draw.ellipse(shine, fill=tuple(min(255, value + 50) for value in body))
    return _lit(picture), box


def _cut_at_the_border() -> Scene:
    size, box = (960, 640), (0.60, 0.24, 1.0, 0.90)
    picture = _clutter(size).filter(ImageFilter.GaussianBlur(6))
    left, top, right, bottom = _pixels(box, size)
    ImageDraw.Draw(picture).ellipse((left, top, 2 * right - left, bottom), fill=(30, 96, 150))
    return _lit(picture), box


def _two_things_apart() -> Scene:
    size, box = (1000, 600), (0.14, 0.34, 0.86, 0.76)
    picture = _texture(size, np.array([[146, 104, 70], [164, 120, 84]], dtype=np.float32), 60)
    left, top, right, bottom = _pixels(box, size)
    draw, wide = ImageDraw.Draw(picture), (right - left) // 3
    for x in (left, right - wide):
        draw.rounded_rectangle((x, top, x + wide, bottom), 40, fill=(38, 70, 60))
    return _lit(picture), box


def _tall_thing() -> Scene:
    size, box = (500, 1100), (0.40, 0.06, 0.60, 0.95)
    picture = _clutter(size).filter(ImageFilter.GaussianBlur(8))
    left, top, right, bottom = _pixels(box, size)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((left, top, right, bottom), 40, fill=(232, 200, 60))
    # Not evenly: otherwise it could be found in several places.
    for y in (top + 60, top + 130, top + 320, top + 350, top + 600, top + 790):
        draw.line((left + 10, y, right - 10, y), fill=(120, 90, 20), width=6)
    return _lit(picture), box


def antenna(ground: tuple[int, int, int], long: int = 350, thick: int = 5) -> Scene:
    """A radio of 400 x 250 pixels whose antenna is `long` pixels long and `thick` wide."""
    size, (left, top, right, bottom) = (1200, 900), (400, 470, 800, 720)
    picture, dark = Image.new("RGB", size, ground), (60, 44, 40)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((left, top, right, bottom), fill=dark)
    draw.rectangle((left + 30, top + 30, left + 160, bottom - 30), fill=(190, 180, 160))
    draw.line((right - 40, top, right - 40, top - long), fill=dark, width=thick)
    return _lit(picture), (left / size[0], (top - long) / size[1], right / size[0], bottom / size[1])


def _pair_on_blue() -> Scene:
    """Two things in one colour on a plain ground, farther apart than either is long."""
    size, box = (1200, 900), (0.14, 0.40, 0.86, 0.62)
    picture = Image.new("RGB", size, (70, 120, 190))
    left, top, right, bottom = _pixels(box, size)
    draw, wide = ImageDraw.Draw(picture), (right - left) // 4
    for x in (left, right - wide):
        draw.ellipse((x, top, x + wide, bottom), fill=(60, 44, 40))
    return _lit(picture), box


def speck_on_paper(grey: int, side: int = 8) -> Scene:
    """A pale vase with dark squares on light paper, and a speck of `side` pixels near a corner."""
    picture, box = _vase(226, (150, 160, 170), (1200, 900))
    left, top, right, bottom = _pixels(box, picture.size)
    draw = ImageDraw.Draw(picture)
    for x, y in ((0.25, 0.5), (0.55, 0.42), (0.4, 0.68), (0.66, 0.6)):
        corner = left + round(x * (right - left)), top + round(y * (bottom - top))
        draw.rectangle((*corner, corner[0] + 50, corner[1] + 50), fill=(60, 70, 90))
    draw.rectangle((30, 30, 29 + side, 29 + side), fill=(grey,) * 3)
    return picture, box


def _lamp_on_a_cable() -> Scene:
    """A pale shade below a thin cable, which goes on beyond the border."""
    size, box = (900, 1100), (0.30, 0.0, 0.70, 0.75)
    picture = Image.new("RGB", size, (228,) * 3)
    left, _, right, bottom = _pixels(box, size)
    draw, middle = ImageDraw.Draw(picture), size[0] // 2
    draw.line((middle, 0, middle, 480), fill=(60, 60, 62), width=5)
    draw.polygon(((middle - 50, 480), (middle + 50, 480), (right, bottom), (left, bottom)), fill=(196, 188, 170))
    draw.rectangle((middle - 30, 450, middle + 30, 560), fill=(60, 60, 64))
    return _lit(picture), box


MADE: Final[Mapping[str, Callable[[], Scene]]] = {
    "made_wide_in_clutter": _wide_thing_in_a_cluttered_room,
    "made_bright_at_night": _bright_thing_at_night,
    "made_vase_on_grey": lambda: _vase(128, (150, 84, 60), (1000, 700)),
    "made_vase_on_white": lambda: _vase(226, (60, 84, 150), (1000, 700)),
    "made_white_on_white": lambda: _vase(226, (214, 213, 210), (800, 800)),
    "made_dark_on_dark": lambda: _vase(30, (46, 40, 38), (900, 700)),
    "made_cut_at_the_border": _cut_at_the_border,
    "made_two_things_apart": _two_things_apart,
    "made_tall_thing": _tall_thing,
    "made_antenna_on_blue": lambda: antenna((70, 120, 190)),
    "made_antenna_on_paper": lambda: antenna((226, 226, 224)),
    "made_pair_on_blue": _pair_on_blue,
    "made_speck_on_paper": lambda: speck_on_paper(110),
    "made_lamp_on_a_cable": _lamp_on_a_cable,
}
PHOTOGRAPHS: Final = ("coffee", *_SUBJECTS)


@cache
def scene(name: str) -> Scene:
    """The photo of that name, and the box of its subject in fractions."""
    if name in MADE:
        return MADE[name]()
    if name == "coffee":
        return coffee(), (77 / 600, 17 / 400, 480 / 600, 388 / 400)
    with Image.open(_FOLDER / f"{name}.jpg") as picture:
        return picture.convert("RGB"), _SUBJECTS[name]
