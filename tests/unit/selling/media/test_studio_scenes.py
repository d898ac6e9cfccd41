"""No picture of the studio is spoilt: things of many kinds on grounds of many kinds, and a prompt for a dark scene."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from souk.selling.media.adapters.studio.light import corrected
from souk.selling.media.adapters.studio.shoot import shoot
from souk.selling.media.adapters.studio.subject import find_subject
from tests.unit.selling.media.locating import Box, located
from tests.unit.selling.media.scenes import MADE, PHOTOGRAPHS, scene

SIDE = 400
MARGIN = 0.04
# Boxes are located to about one hundredth of the picture's side.
SLACK = 0.015
NAMES = (*MADE, *PHOTOGRAPHS)
BRIGHT = 0.9 * 255

# Parts of these are like their surroundings, thin, seen through, or beyond the border.
UNCUT = (
    *("made_wide_in_clutter", "made_bright_at_night", "made_cut_at_the_border", "made_two_things_apart"),
    *("coffee", "astronaut", "bag_dark_on_dark", "chelsea", "clock_motion", "coins", "floor_lamp", "glass_bottle"),
    *("glass_in_kitchen", "many_beads", "raccoon", "red_mug", "rocket", "skateboard", "steel_pot_on_wood", "toy_train"),
    *("chair_cut_at_border", "white_on_white"),
)

every_scene = pytest.mark.parametrize("name", NAMES)


@cache
def shots(name: str) -> dict[str, Image.Image]:
    photo, _ = scene(name)
    return {shot.role: shot.picture for shot in shoot((photo,), "dark, moody", seed=7, side=SIDE)}


def part(picture: Image.Image, box: Box) -> Image.Image:
    left, top, right, bottom = (round(edge * length) for edge, length in zip(box, picture.size * 2, strict=True))
    return picture.crop((left, top, right, bottom))


def luma(picture: Image.Image) -> NDArray[np.float32]:
    return np.asarray(picture.convert("L"), dtype=np.float32)


def repetition(grey: NDArray[np.float32]) -> float:
    """How alike the uppermost row and one a twentieth of the side below it are, 1 when stretched from one another.

    Only what is finer than the fall of light counts; 0 where there is nothing of that kind.
    """
    width = SIDE // 16
    rows = grey[[0, SIDE // 20]]
    fine = rows - np.array([np.convolve(row, np.ones(width) / width, mode="same") for row in rows])
    fine = fine[:, width:-width]
    return float(np.corrcoef(fine)[0, 1]) if fine.std(axis=1).min() > 0.5 else 0.0


@pytest.mark.parametrize(("name", "role"), [*((name, "main") for name in NAMES), *((name, "styled") for name in UNCUT)])
def test_the_whole_subject_is_in_the_picture_with_a_margin(name: str, role: str) -> None:
    photo, box = scene(name)
    left, top, right, bottom = located(part(photo, box), shots(name)[role])
    assert min(left, top, 1 - right, 1 - bottom) >= MARGIN - SLACK


@every_scene
def test_the_ground_of_the_main_picture_is_even_and_bright(name: str) -> None:
    grey = luma(shots(name)["main"])
    depth = round(SIDE * MARGIN)
    rim = np.ones(grey.shape, dtype=np.bool_)
    rim[depth:-depth, depth:-depth] = False
    assert np.quantile(grey[rim], 0.02) >= BRIGHT
    assert grey[rim].std() < 5


@every_scene
@pytest.mark.parametrize("role", ["main", "styled"])
def test_no_border_of_a_photo_is_stretched(name: str, role: str) -> None:
    grey = luma(shots(name)[role])
    assert max(repetition(side) for side in (grey, grey[::-1], grey.T, grey.T[::-1])) < 0.7


@pytest.mark.parametrize("name", UNCUT)
def test_what_is_not_cut_out_keeps_its_surroundings_in_the_styled_picture(name: str) -> None:
    photo, box = scene(name)
    around = (max(0, box[0] - 0.06), max(0, box[1] - 0.06), min(1, box[2] + 0.06), min(1, box[3] + 0.06))
    source = part(corrected(photo), around)
    styled = shots(name)["styled"]
    before, after = (
        luma(seen.resize((12, 12), Image.Resampling.BOX)) for seen in (source, part(styled, located(source, styled)))
    )
    rim = np.ones(before.shape, dtype=np.bool_)
    rim[1:-1, 1:-1] = False
    assert after[rim].mean() > 0.7 * before[rim].mean()
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.85


@pytest.mark.parametrize("name", UNCUT)
def test_what_looks_wrong_when_cut_out_is_not(name: str) -> None:
    assert not find_subject(corrected(scene(name)[0])).can_be_cut_out


# What reaches beyond the border of its photo is not found: then the middle of the photo is shown.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "made_cut_at_the_border"])
def test_the_detail_is_centred_on_the_subject(name: str) -> None:
    photo, box = scene(name)
    square = Image.new("RGB", (max(photo.size),) * 2, (128, 128, 128))
    square.paste(photo)
    left, top, right, bottom = (edge * square.width for edge in located(shots(name)["detail"], square))
    for start, end, first, last, length in (
        (left, right, box[0], box[2], photo.width),
        (top, bottom, box[1], box[3], photo.height),
    ):
        wanted, reach = (first + last) / 2 * length, (end - start) / 2
        # A detail lies within the photo, which may keep it from the middle of a subject near the border.
        nearest = min(max(wanted, reach), length - reach)
        assert abs((start + end) / 2 - nearest) < max(0.2 * (last - first) * length, 0.15 * (end - start))
