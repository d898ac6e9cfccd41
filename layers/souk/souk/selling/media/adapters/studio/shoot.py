"""Pictures from the seller's photos: a clean main picture, a styled one, a detail and further views."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image

from souk.selling.media.adapters.studio.compose import graded, on_background, with_soft_background
from souk.selling.media.adapters.studio.framing import Box, cropped, cropped_matte, square_around, square_on_detail
from souk.selling.media.adapters.studio.light import corrected
from souk.selling.media.adapters.studio.prompts import DAYLIGHT, Mood, mood_of
from souk.selling.media.adapters.studio.subject import Subject, find_subject
from souk.selling.media.adapters.studio.surfaces import painted
from souk.selling.media.model import MediaBrief

SIDE: Final = 1600
# Enough to show a product from all sides; each takes about a second.
MAX_FURTHER_PHOTOS: Final = 5

# The largest side of a photo that is worked on: the pictures made from it are smaller.
WORKING_SIDE: Final = 2400


@dataclass(frozen=True, slots=True)
class Shot:
    """One square RGB picture and its purpose."""

    role: Literal["main", "detail", "styled", "card"]
    picture: Image.Image


def shoot(photos: tuple[Image.Image, ...], prompt: str, seed: int, side: int = SIDE) -> tuple[Shot, ...]:
    """At least three shots, `side` pixels square, from at least one RGB photo, the most important first.

    `prompt` chooses background and light (see prompts.py). The same arguments give the same pixels.
    """
    mood = mood_of(prompt)
    photo = corrected(_bounded(photos[0]))
    subject = find_subject(photo)
    further = (_view(corrected(_bounded(another)), side) for another in photos[1 : 1 + MAX_FURTHER_PHOTOS])
    return (
        Shot("main", _main(photo, subject, mood, seed, side)),
        Shot("styled", _styled(photo, subject, mood, seed, side)),
        Shot("detail", graded(cropped(photo, square_on_detail(photo, subject), side), DAYLIGHT)),
        *(Shot("detail", view) for view in further),
    )


def seed_of(brief: MediaBrief) -> int:
    """A seed derived from the brief, so that the same brief gives the same background."""
    facts = "\0".join((brief.listing_id, brief.image_prompt, *(photo.content_hash for photo in brief.photos)))
    return int.from_bytes(hashlib.sha256(facts.encode()).digest()[:8])


def _main(photo: Image.Image, subject: Subject, mood: Mood, seed: int, side: int) -> Image.Image:
    """As marketplaces prefer: the whole product, centred, on a plain background when it can be cut out cleanly."""
    box = square_around(photo.size, subject, margin=0.09)
    picture = cropped(photo, box, side)
    if not subject.can_be_cut_out:
        return graded(picture, DAYLIGHT)
    plain = Mood("paper", mood.light, mood.paper)
    return on_background(picture, cropped_matte(subject.matte, box, side), painted(plain, side, seed), shadow=0.45)


def _styled(photo: Image.Image, subject: Subject, mood: Mood, seed: int, side: int) -> Image.Image:
    if subject.can_be_cut_out:
        box = square_around(photo.size, subject, margin=0.16)
        picture, matte = cropped(photo, box, side), cropped_matte(subject.matte, box, side)
        return graded(on_background(picture, matte, painted(mood, side, seed), shadow=0.7), mood.light)
    box = square_around(photo.size, subject, margin=0.06)
    picture, matte = cropped(photo, box, side), cropped_matte(subject.matte, box, side)
    tone = painted(Mood("paper", mood.light, mood.paper), side, seed)
    return graded(with_soft_background(picture, matte, tone), mood.light)


def _view(photo: Image.Image, side: int) -> Image.Image:
    box: Box = square_around(photo.size, find_subject(photo), margin=0.06)
    return graded(cropped(photo, box, side), DAYLIGHT)


def _bounded(photo: Image.Image) -> Image.Image:
    if max(photo.size) <= WORKING_SIDE:
        return photo
    smaller = photo.copy()
    smaller.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)
    return smaller
