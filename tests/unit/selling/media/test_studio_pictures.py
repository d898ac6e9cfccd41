"""The studio's pictures from photos, measured on photos with known contents."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from souk.selling.media.adapters.pictures import encode_jpeg
from souk.selling.media.adapters.studio.framing import crop_around, square_on_detail
from souk.selling.media.adapters.studio.images import StudioImages, shots_of
from souk.selling.media.adapters.studio.light import corrected
from souk.selling.media.adapters.studio.shoot import shoot
from souk.selling.media.adapters.studio.subject import Subject, find_subject
from souk.selling.media.model import GeneratedImage, MediaBrief, Photo
from tests.unit.selling.media.media_builders import (
    as_photo,
    brief_of,
    busy_photo,
    coffee,
    corners,
    opened,
    product_photo,
)

studio = StudioImages()
SMALL = 400


@pytest.fixture(scope="module")
def plain() -> tuple[GeneratedImage, ...]:
    return studio.generate_images(brief_of(product_photo()))


def shots(*photos: Image.Image, prompt: str = "") -> dict[str, Image.Image]:
    """The pictures of the first photo by role, in a small size: the claims do not depend on it."""
    return {shot.role: shot.picture for shot in reversed(shoot(photos, prompt, seed=7, side=SMALL)[:3])}


def by_role(images: tuple[GeneratedImage, ...], role: str) -> Image.Image:
    return opened(next(image.content for image in images if image.role == role))


def mean(picture: Image.Image) -> float:
    return float(np.asarray(picture.convert("L")).mean())


def spread(picture: Image.Image) -> float:
    """The largest difference between the channels' means: 0 is neutral."""
    return float(np.ptp(np.asarray(picture, dtype=np.float32).mean(axis=(0, 1))))


def blue_thing(picture: Image.Image) -> np.ndarray:
    pixels = np.asarray(picture, dtype=np.int16)
    return np.argwhere(pixels[..., 2] - pixels[..., 0] > 60)


def overlap(found: tuple[float, ...], true: tuple[float, ...]) -> float:
    """Intersection over union of two boxes."""
    width = min(found[2], true[2]) - max(found[0], true[0])
    height = min(found[3], true[3]) - max(found[1], true[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (found, true)]
    return shared / (sum(areas) - shared)


def test_a_photo_becomes_a_main_picture_a_styled_one_and_a_detail(plain: tuple[GeneratedImage, ...]) -> None:
    assert plain[0].role == "main"
    assert {"main", "styled", "detail"} == {image.role for image in plain}


def test_every_picture_is_a_square_jpeg_of_1600_pixels_without_metadata(plain: tuple[GeneratedImage, ...]) -> None:
    for image in plain:
        assert (image.content_type, image.width, image.height) == ("image/jpeg", 1600, 1600)
        with Image.open(io.BytesIO(image.content)) as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (1600, 1600))
            assert not dict(picture.getexif())


@pytest.mark.parametrize("prompt", ["marble", "linen"])
def test_the_same_brief_gives_the_same_bytes(prompt: str) -> None:
    brief = brief_of(product_photo((400, 300), (120, 80, 280, 220)), prompt=prompt)
    first, second = ([encode_jpeg(shot.picture, quality=90) for shot in shots_of(brief, SMALL)] for _ in range(2))
    assert first == second


def test_the_whole_product_is_in_the_middle_of_the_main_picture(plain: tuple[GeneratedImage, ...]) -> None:
    thing = blue_thing(by_role(plain, "main"))
    (top, left), (bottom, right) = thing.min(axis=0), thing.max(axis=0)
    assert abs((top + bottom) / 2 - 800) < 32
    assert abs((left + right) / 2 - 800) < 32
    assert min(top, left, 1599 - bottom, 1599 - right) > 50
    assert 0.6 < (right - left) / 1600 < 0.95


@pytest.mark.parametrize(
    "box", [(480, 180, 780, 480), (60, 300, 330, 640), (300, 60, 620, 300), (520, 420, 860, 650)], ids=str
)
def test_the_box_of_a_subject_is_found(box: tuple[int, int, int, int]) -> None:
    subject = find_subject(corrected(product_photo(box=box)))
    true = (box[0] / 900, box[1] / 700, box[2] / 900, box[3] / 700)
    assert overlap(subject.box, true) > 0.88
    assert subject.can_be_cut_out


def test_the_outline_of_a_subject_is_found_within_one_percent() -> None:
    box = (480, 180, 780, 480)
    truth = Image.new("L", (900, 700))
    ImageDraw.Draw(truth).ellipse(box, fill=255)
    matte = np.asarray(find_subject(product_photo(box=box)).matte, dtype=np.float32)
    assert np.abs(matte - np.asarray(truth, dtype=np.float32)).mean() / 255 < 0.01


@pytest.mark.parametrize("corner", [(500, 150), (700, 150)], ids=str)
def test_the_outline_of_a_subject_keeps_its_sharp_corners(corner: tuple[int, int]) -> None:
    flared = ((500, 150), (700, 150), (640, 330), (780, 560), (720, 760), (480, 760), (420, 560), (560, 330))
    photo = Image.new("RGB", (1200, 900), (120, 122, 126))
    ImageDraw.Draw(photo).polygon(flared, fill=(190, 110, 70))
    subject = find_subject(photo)
    assert subject.can_be_cut_out
    opaque = np.argwhere(np.asarray(subject.matte) > 127)
    # One and a half pixels of the size in which the subject is searched.
    assert np.hypot(opaque[:, 1] - corner[0], opaque[:, 0] - corner[1]).min() < 1.5 * 1200 / 168


def test_a_plain_background_is_replaced_by_that_of_the_prompt() -> None:
    dark, white = (shots(product_photo(), prompt=prompt)["styled"] for prompt in ("dark", "white"))
    assert corners(dark).max() < 80
    assert corners(white).min() > 225


def test_a_cup_on_a_table_of_the_same_colour_is_framed_and_not_cut_out() -> None:
    subject = find_subject(corrected(coffee()))
    assert not subject.can_be_cut_out
    # Cup and saucer as seen in the photo.
    assert overlap(subject.box, (77 / 600, 17 / 400, 480 / 600, 388 / 400)) > 0.9


def test_a_photo_without_a_clear_product_is_placed_whole_on_an_even_ground() -> None:
    photo = busy_photo((900, 600))
    subject = find_subject(corrected(photo))
    assert subject.is_whole_photo
    assert crop_around(photo.size, subject) == (0, 0, 900, 600)
    styled = np.asarray(shots(photo, prompt="linen")["styled"].convert("L"), dtype=np.float32)
    shown = np.flatnonzero(styled.std(axis=1) > 10)
    assert (shown[0], shown[-1]) == (pytest.approx(SMALL * 0.207, abs=2), pytest.approx(SMALL * 0.793, abs=2))


def test_a_blank_photo_still_gives_three_pictures() -> None:
    assert set(shots(Image.new("RGB", (400, 300), (120, 120, 120)))) == {"main", "styled", "detail"}


@pytest.mark.parametrize("size", [(200, 200), (1200, 200), (200, 1500)], ids=str)
def test_photos_of_extreme_shapes_become_squares(size: tuple[int, int]) -> None:
    picture = Image.effect_noise(size, 60).convert("RGB")
    assert {made.size for made in shots(picture).values()} == {(SMALL, SMALL)}


def test_a_product_wider_than_the_height_of_its_photo_is_shown_whole() -> None:
    box = (40, 120, 860, 280)
    thing = blue_thing(shots(product_photo(size=(900, 400), box=box), prompt="white")["main"])
    (_, left), (_, right) = thing.min(axis=0), thing.max(axis=0)
    assert left > SMALL // 32
    assert right < SMALL - SMALL // 32


def test_further_photos_become_further_views() -> None:
    views = tuple(product_photo(box=(300 + 20 * turn, 200, 600, 500)) for turn in range(3))
    assert [shot.role for shot in shoot(views, "", 7, SMALL)] == ["main", "styled", "detail", "detail", "detail"]


def test_only_photos_that_are_shown_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> bytes:
        raise AssertionError

    monkeypatch.setattr("souk.selling.media.adapters.studio.images.MAX_FURTHER_PHOTOS", 1)
    photo = as_photo(product_photo((400, 300), (120, 80, 280, 220)))
    brief = MediaBrief("l", "Cup", "", "", photos=(photo, photo, Photo("h", "image/jpeg", never)))
    assert len(shots_of(brief, 200)) == 4


def test_the_detail_is_where_the_structure_is() -> None:
    photo = product_photo(size=(1200, 900), box=(250, 150, 950, 750))
    engraving = Image.effect_noise((180, 180), 120).convert("RGB").filter(ImageFilter.GaussianBlur(1))
    photo.paste(engraving, (640, 260))
    left, top, right, bottom = square_on_detail(photo, find_subject(photo))
    # The middle of the engraving, well inside.
    assert left + 50 < 730 < right - 50
    assert top + 50 < 350 < bottom - 50


def test_a_crop_keeps_the_subject_and_stays_in_the_photo() -> None:
    corner = Subject((0.0, 0.0, 0.3, 0.4), Image.new("L", (1000, 800)), 0.5)
    assert crop_around((1000, 800), corner) == (0, 0, 457, 457)
    wide = Subject((0.0, 0.4, 1.0, 0.6), Image.new("L", (1000, 400)), 0.5)
    assert crop_around((1000, 400), wide) == (0, 0, 1000, 400)


@pytest.mark.parametrize(
    "cast", [(1.0, 0.82, 0.62), (0.75, 0.92, 1.0), (0.95, 1.0, 0.80)], ids=["amber", "blue", "green"]
)
def test_a_colour_cast_is_reduced_without_overcorrection(cast: tuple[float, float, float]) -> None:
    true = product_photo(colour=(120, 120, 120), ground=(215, 215, 215))
    tinted = Image.fromarray((np.asarray(true, dtype=np.float32) * cast).astype(np.uint8))
    repaired = corrected(tinted)
    assert spread(repaired) < 0.75 * spread(tinted)
    before, after = (np.asarray(picture, dtype=np.float32).mean(axis=(0, 1)) for picture in (tinted, repaired))
    assert np.argmax(after - after.mean()) == np.argmax(before - before.mean()) or spread(repaired) < 3


def test_a_neutral_photo_stays_neutral() -> None:
    assert spread(corrected(product_photo(colour=(90, 90, 90), ground=(200, 200, 200)))) < 1.5


def test_a_dark_photo_becomes_brighter_and_a_good_one_hardly_changes() -> None:
    good = product_photo()
    dim = good.point(lambda value: int(value * 0.45))
    assert mean(corrected(dim)) > 1.2 * mean(dim)
    assert abs(mean(corrected(good)) - mean(good)) < 0.2 * mean(good)


def test_a_picture_of_one_colour_can_be_corrected() -> None:
    for level in (0, 128, 255):
        picture = Image.new("RGB", (300, 300), (level, level, level))
        assert spread(corrected(picture)) < 1


@pytest.mark.parametrize(("prompt", "warmer"), [("warm wood", True), ("cool", False)])
def test_the_prompt_sets_the_mood_of_the_styled_picture(prompt: str, warmer: bool) -> None:
    neutral, styled = (corners(shots(product_photo(), prompt=words)["styled"]).mean(axis=0) for words in ("", prompt))
    assert ((styled[0] - styled[2]) > (neutral[0] - neutral[2])) == warmer


def test_a_dark_mood_darkens_the_background_but_not_the_product() -> None:
    ground = (130, 128, 125)
    pictures = shots(product_photo(colour=(200, 60, 40), ground=ground), prompt="DARK, moody")
    main, styled = pictures["main"], pictures["styled"]
    assert corners(styled).mean() < 0.3 * corners(main).mean()
    middle = (SMALL * 2 // 5, SMALL * 2 // 5, SMALL * 3 // 5, SMALL * 3 // 5)
    assert mean(styled.crop(middle)) > 0.8 * mean(main.crop(middle))
