"""Made-up photos: a product of known colour at a known place on a known background."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from souk.selling.media.adapters.pictures import take_in
from souk.selling.media.model import MediaBrief, Photo

_COFFEE = Path(__file__).parents[4] / "local/demo/photos/coffee.png"


def product_photo(
    size: tuple[int, int] = (900, 700),
    box: tuple[int, int, int, int] = (480, 180, 780, 480),
    colour: tuple[int, int, int] = (40, 70, 160),
    ground: tuple[int, int, int] = (205, 200, 192),
) -> Image.Image:
    """An ellipse in `box` on plain, unevenly lit, slightly noisy paper."""
    picture = Image.new("RGB", size, ground)
    ImageDraw.Draw(picture).ellipse(box, fill=colour)
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(1)), dtype=np.float32)
    light = np.linspace(1.05, 0.9, size[0], dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(5).normal(0, 2, (*pixels.shape[:2], 1))
    return Image.fromarray(np.clip(pixels * light + noise, 0, 255).astype(np.uint8))


def busy_photo(size: tuple[int, int] = (900, 700)) -> Image.Image:
    """A product in the colours of its surroundings: nothing that could be cut out."""
    chance = np.random.default_rng(11)
    blocks = Image.fromarray(chance.integers(0, 255, (24, 30, 3), dtype=np.uint8))
    return blocks.resize(size, Image.Resampling.BICUBIC)


def as_photo(picture: Image.Image) -> Photo:
    raw = io.BytesIO()
    picture.save(raw, "PNG")
    taken = take_in(raw.getvalue())
    return Photo(taken.content_hash, taken.content_type, lambda: taken.content)


def brief_of(*pictures: Image.Image, prompt: str = "", video_prompt: str = "", title: str = "Blue cup") -> MediaBrief:
    photos = tuple(as_photo(picture) for picture in pictures)
    return MediaBrief("listing-1", title, "Holds 60 ml.", prompt, video_prompt=video_prompt, photos=photos)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def corners(picture: Image.Image) -> NDArray[np.float32]:
    """Mean colours of the four corners, (4, 3) in 0..255."""
    reach, side = picture.width // 12, picture.width
    pixels = np.asarray(picture, dtype=np.float32)
    places: Sequence[tuple[slice, slice]] = [
        (rows, columns)
        for rows in (slice(0, reach), slice(side - reach, side))
        for columns in (slice(0, reach), slice(side - reach, side))
    ]
    return np.array([pixels[place].mean(axis=(0, 1)) for place in places])


def coffee() -> Image.Image:
    """The real photograph of the demo: an espresso cup on a wooden table."""
    with Image.open(_COFFEE) as picture:
        return picture.convert("RGB")
