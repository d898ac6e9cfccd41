"""What the studio makes of the seller's photos: a clean main picture, a detail, a styled one, and the further views."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image

from souk.selling.media.adapters.studio.compose import graded, on_ground, with_soft_ground
from souk.selling.media.adapters.studio.framing import Box, cropped, cropped_matte, square_around, square_on_detail
from souk.selling.media.adapters.studio.light import corrected
from souk.selling.media.adapters.studio.prompts import DAYLIGHT, Mood, mood_of
from souk.selling.media.adapters.studio.subject import Subject, find_subject
from souk.selling.media.adapters.studio.surfaces import painted
from souk.selling.media.model import MediaBrief

SIDE: Final = 1600
# Enough to turn a thing around; each costs about a second.
MAX_FURTHER_PHOTOS: Final = 5

# Photos are worked on at no more than this: the largest picture made of one is smaller.
WORKING_SIDE: Final = 2400


@dataclass(frozen=True, slots=True)
class Shot:
    """One square RGB picture and what it is for."""

    role: Literal["main", "detail", "styled", "card"]
    picture: Image.Image


def shoot(photos: tuple[Image.Image, ...], prompt: str, seed: int, side: int = SIDE) -> tuple[Shot, ...]:
    """At least three shots, `side` pixels square, from at least one RGB photo; the first photo is the one that sells.

    `prompt` chooses ground and light (see prompts.py). The same arguments give the same pixels.
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
    """A number that follows from what the pictures follow from, so that the same brief paints the same ground."""
    facts = "\0".join((brief.listing_id, brief.image_prompt, *(photo.content_hash for photo in brief.photos)))
    return int.from_bytes(hashlib.sha256(facts.encode()).digest()[:8])


def _main(photo: Image.Image, subject: Subject, mood: Mood, seed: int, side: int) -> Image.Image:
    """As marketplaces like it: the whole thing, centred, on a plain ground when it can be cut out cleanly."""
    box = square_around(photo.size, subject, margin=0.09)
    picture = cropped(photo, box, side)
    if not subject.can_be_cut_out:
        return graded(picture, DAYLIGHT)
    plain = Mood("paper", mood.light, mood.paper)
    return on_ground(picture, cropped_matte(subject.matte, box, side), painted(plain, side, seed), shadow=0.45)


def _styled(photo: Image.Image, subject: Subject, mood: Mood, seed: int, side: int) -> Image.Image:
    if subject.can_be_cut_out:
        box = square_around(photo.size, subject, margin=0.16)
        picture, matte = cropped(photo, box, side), cropped_matte(subject.matte, box, side)
        return graded(on_ground(picture, matte, painted(mood, side, seed), shadow=0.7), mood.light)
    box = square_around(photo.size, subject, margin=0.06)
    picture, matte = cropped(photo, box, side), cropped_matte(subject.matte, box, side)
    tone = painted(Mood("paper", mood.light, mood.paper), side, seed)
    return graded(with_soft_ground(picture, matte, tone), mood.light)


def _view(photo: Image.Image, side: int) -> Image.Image:
    box: Box = square_around(photo.size, find_subject(photo), margin=0.06)
    return graded(cropped(photo, box, side), DAYLIGHT)


def _bounded(photo: Image.Image) -> Image.Image:
    if max(photo.size) <= WORKING_SIDE:
        return photo
    smaller = photo.copy()
    smaller.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)
    return smaller
