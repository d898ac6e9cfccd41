"""Smaller sizes of public pictures: how large they are, and that each is made once."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image

from souk.selling.media.adapters.pictures import encode_jpeg
from souk.selling.photos.model import WIDTHS
from souk.shared.errors import NotFound
from souk.storefront.catalogue.adapters.resizing import TALLEST, resize
from souk.storefront.catalogue.service.photos import rendition
from tooling.contract.template import ROOT

HASH = "ab" * 32
MOST_OF_A_LIST = 1_000_000
# Lambda answers at most 6 MB, and base64 takes a quarter of that.
MOST_OF_AN_ANSWER = 6 * 1024 * 1024 * 3 // 4 - 4096


def noise(width: int, height: int, deviation: float = 255, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, deviation, (height, width, 3))


def stored(pixels: np.ndarray) -> bytes:
    """As the intake of photos stores them."""
    return encode_jpeg(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)), quality=92)


def photographs(count: int) -> list[bytes]:
    """Parts of a photograph, as different cameras would take them: upright and across, with more and less noise."""
    with Image.open(ROOT / "local" / "demo" / "photos" / "coffee.png") as opened:
        whole = opened.convert("RGB")
    made = []
    for number in range(count):
        left, top = 11 * number, 5 * number
        part = whole.crop((left, top, left + 360, top + 270))
        size = (1600, 1200) if number % 2 else (1200, 1600)
        pixels = np.asarray(part.resize(size, Image.Resampling.BICUBIC), dtype=float)
        made.append(stored(pixels + noise(*size, deviation=number, seed=number)))
    return made


def size_of(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as opened:
        return opened.size


# Sizes ---------------------------------------------------------------------------------------------------------------


def test_the_pictures_of_a_list_of_twenty_are_one_megabyte_at_most() -> None:
    whole = photographs(20)
    small = [resize(one, WIDTHS[0]) for one in whole]
    assert sum(map(len, whole)) > 8 * MOST_OF_A_LIST
    assert sum(map(len, small)) <= MOST_OF_A_LIST


@pytest.mark.parametrize("width", WIDTHS)
def test_the_worst_picture_fits_into_what_lambda_answers(width: int) -> None:
    made = resize(stored(128 + noise(width, TALLEST * width)), width)
    assert size_of(made) == (width, TALLEST * width)
    assert len(made) <= MOST_OF_AN_ANSWER


@pytest.mark.parametrize(
    ("size", "width", "made"),
    [
        ((3000, 2000), 960, (960, 640)),
        ((2000, 3000), 960, (960, 1440)),
        ((3000, 2000), 1600, (1600, 1067)),
        ((320, 200), 320, (320, 200)),
        ((300, 200), 320, (300, 200)),
        ((400, 4000), 320, (64, 640)),
        ((4000, 200), 320, (320, 16)),
    ],
)
def test_a_picture_keeps_its_shape_and_is_never_enlarged(
    size: tuple[int, int], width: int, made: tuple[int, int]
) -> None:
    assert size_of(resize(stored(128 + noise(*size, deviation=9)), width)) == made


def test_the_same_picture_gives_the_same_bytes() -> None:
    [picture] = photographs(1)
    assert resize(picture, 320) == resize(picture, 320)


def test_a_small_picture_looks_as_the_large_one() -> None:
    [picture] = photographs(1)
    with Image.open(io.BytesIO(picture)) as opened:
        wanted = np.asarray(opened.resize((320, 427), Image.Resampling.LANCZOS), dtype=float)
    with Image.open(io.BytesIO(resize(picture, 320))) as opened:
        seen = np.asarray(opened, dtype=float)
    assert 20 * np.log10(255 / np.sqrt(((wanted - seen) ** 2).mean())) > 34


# Made once -----------------------------------------------------------------------------------------------------------


class Store:
    """Pictures or renditions in memory."""

    def __init__(self, **held: bytes) -> None:
        self.held = held

    def holds(self, content_hash: str) -> bool:
        return content_hash in self.held

    def find(self, content_hash: str) -> bytes | None:
        return self.held.get(content_hash)

    def url(self, content_hash: str, method: str) -> str:
        return f"https://bucket/{content_hash}?{method}"

    def put_as(self, content_hash: str, content: bytes, content_type: str) -> None:
        assert content_type == "image/jpeg"
        self.held[content_hash] = content


def fail(_picture: bytes) -> bytes:
    raise AssertionError("made again")


def test_a_rendition_is_made_at_the_first_request_and_found_at_the_next() -> None:
    kept = Store()
    read = partial(rendition, HASH, Store(**{HASH: b"large"}), kept)
    assert read(lambda picture: picture[:2]) == read(fail) == b"la"
    assert kept.held == {HASH: b"la"}


def test_two_first_requests_at_once_leave_one_rendition() -> None:
    kept, pictures = Store(), Store(**{HASH: b"large"})

    def resize_while_another_does(picture: bytes) -> bytes:
        rendition(HASH, pictures, kept, lambda other: other[:2])
        return picture[:2]

    assert rendition(HASH, pictures, kept, resize_while_another_does) == b"la"
    assert kept.held == {HASH: b"la"}


@pytest.mark.parametrize("content_hash", [HASH, "", "ab", HASH.upper(), f"{HASH}/", f"../media/{HASH}"])
def test_there_is_no_rendition_of_what_is_not_public(content_hash: str) -> None:
    kept = Store()
    with pytest.raises(NotFound):
        rendition(content_hash, Store(), kept, fail)
    assert kept.held == {}
