"""Pictures from the seller's photos: a clean main picture, a styled one, a detail and further views.

A subject that can be cut out cleanly gets a new background. Every other photo is only cropped, lit and graded: nothing
is painted over, and where a square crop would cut the subject, the photo is placed whole on an even, light ground.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from PIL import Image

from souk.selling.media.adapters.studio.compose import graded, lightened, on_background, toned
from souk.selling.media.adapters.studio.framing import (
    MARGIN,
    crop_around,
    cut_out,
    enlarged,
    fills_a_square,
    free_around,
    square_around,
    square_on_detail,
)
from souk.selling.media.adapters.studio.ground import on_white, white_ground
from souk.selling.media.adapters.studio.light import corrected
from souk.selling.media.adapters.studio.prompts import CLEAN, DAYLIGHT, Light, Mood, Rgb, mood_of
from souk.selling.media.adapters.studio.structure import Box
from souk.selling.media.adapters.studio.subject import Subject, find_subject
from souk.selling.media.adapters.studio.surfaces import painted
from souk.selling.media.model import MediaBrief

SIDE: Final = 1600
# Enough to show a product from all sides; each takes about half a second.
MAX_FURTHER_PHOTOS: Final = 5

# The largest side of a photo that is worked on: the pictures made from it are smaller.
WORKING_SIDE: Final = 2400
# Pillow and NumPy work without Python's lock, and the functions are paid for nearly two processors.
_THREADS: Final = 2


@dataclass(frozen=True, slots=True)
class Shot:
    """One square RGB picture and its purpose."""

    role: Literal["main", "detail", "styled", "card"]
    picture: Image.Image


def shoot(photos: tuple[Image.Image, ...], prompt: str, seed: int, side: int = SIDE) -> tuple[Shot, ...]:
    """At least three shots, `side` pixels square, from at least one RGB photo, the most important first.

    `prompt` chooses background and light (see prompts.py) of the styled one. The same arguments give the same pixels.
    """
    mood = mood_of(prompt)
    photo = corrected(_bounded(photos[0]))
    subject, white = find_subject(photo), None
    if found := white_ground(photo):
        white, box = found
        subject = subject.on_paper(box)
    tasks: list[tuple[Literal["main", "styled", "detail"], Callable[[], Image.Image]]] = [
        ("main", partial(_main, photo, white, subject, seed, side)),
        ("styled", partial(_styled, photo, subject, mood, seed, side)),
        ("detail", partial(_detail, photo, subject, side)),
        *(("detail", partial(_view, another, side)) for another in photos[1 : 1 + MAX_FURTHER_PHOTOS]),
    ]
    with ThreadPoolExecutor(_THREADS) as threads:
        pictures = threads.map(lambda task: task[1](), tasks)
        return tuple(Shot(role, picture) for (role, _), picture in zip(tasks, pictures, strict=True))


def seed_of(brief: MediaBrief) -> int:
    """A seed derived from the brief, so that the same brief gives the same background."""
    facts = "\0".join((brief.listing_id, brief.image_prompt, *(photo.content_hash for photo in brief.photos)))
    return int.from_bytes(hashlib.sha256(facts.encode()).digest()[:8])


def _main(photo: Image.Image, white: Image.Image | None, subject: Subject, seed: int, side: int) -> Image.Image:
    """As marketplaces prefer, for any prompt: the whole product, centred, on an even white ground."""
    if white is not None:
        square = square_around(photo.size, subject, margin=0.09)
        return on_white(white, square, side, free_around(photo.size, subject))
    if not subject.can_be_cut_out:
        return _on_ground(photo, crop_around(photo.size, subject), DAYLIGHT, CLEAN.paper, side)
    product, matte = cut_out(photo, subject, square_around(photo.size, subject, margin=0.1), side)
    return on_background(product, matte, painted(CLEAN, side, seed), shadow=0.18)


def _styled(photo: Image.Image, subject: Subject, mood: Mood, seed: int, side: int) -> Image.Image:
    if not subject.can_be_cut_out:
        return _uncut(photo, subject, mood.light, lightened(mood.paper), side)
    product, matte = cut_out(photo, subject, square_around(photo.size, subject, margin=0.16), side)
    return graded(on_background(product, matte, painted(mood, side, seed), shadow=0.7), mood.light)


def _detail(photo: Image.Image, subject: Subject, side: int) -> Image.Image:
    return toned(enlarged(photo, square_on_detail(photo, subject), (side, side)), DAYLIGHT)


def _view(further: Image.Image, side: int) -> Image.Image:
    photo = corrected(_bounded(further))
    return _uncut(photo, find_subject(photo), DAYLIGHT, CLEAN.paper, side)


def _uncut(photo: Image.Image, subject: Subject, light: Light, ground: Rgb, side: int) -> Image.Image:
    """The photo itself in `light`: cropped to a square that keeps the whole subject, otherwise whole on `ground`."""
    box = crop_around(photo.size, subject)
    if fills_a_square(photo.size, subject, box):
        return toned(enlarged(photo, box, (side, side)), light)
    return _on_ground(photo, box, light, ground, side)


def _on_ground(photo: Image.Image, box: Box, light: Light, ground: Rgb, side: int) -> Image.Image:
    """`box` of the photo, as large as MARGIN on its longer sides allows, in the middle of an even `ground`."""
    wide, high = box[2] - box[0], box[3] - box[1]
    scale = side * (1 - 2 * MARGIN) / max(wide, high)
    size = (max(1, round(wide * scale)), max(1, round(high * scale)))
    picture = Image.new("RGB", (side, side), ground)
    picture.paste(toned(enlarged(photo, box, size), light), ((side - size[0]) // 2, (side - size[1]) // 2))
    return picture


def _bounded(photo: Image.Image) -> Image.Image:
    if max(photo.size) <= WORKING_SIDE:
        return photo
    smaller = photo.copy()
    smaller.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)
    return smaller
