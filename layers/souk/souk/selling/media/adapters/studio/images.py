"""The studio as ImageProvider: square JPEGs made from the seller's photos, or cards when there are none."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image

from souk.selling.media.adapters.pictures import encode_jpeg
from souk.selling.media.adapters.studio.cards import cards
from souk.selling.media.adapters.studio.shoot import MAX_FURTHER_PHOTOS, SIDE, WORKING_SIDE, Shot, seed_of, shoot
from souk.selling.media.model import GeneratedImage, MediaBrief, Photo

_QUALITY: Final = 90


class StudioImages:
    """ImageProvider without a generative model: the same brief gives the same bytes."""

    def generate_images(self, brief: MediaBrief) -> tuple[GeneratedImage, ...]:
        """1600 x 1600 JPEGs. From photos: main, styled, detail and further views; without photos: three cards."""
        return tuple(
            GeneratedImage(shot.role, encode_jpeg(shot.picture, quality=_QUALITY), "image/jpeg", SIDE, SIDE)
            for shot in shots_of(brief, SIDE)
        )


def shots_of(brief: MediaBrief, side: int) -> tuple[Shot, ...]:
    """The pictures of a brief, not encoded yet. Its photos are trusted: pictures.take_in has cleaned them."""
    seed = seed_of(brief)
    photos = tuple(_opened(photo) for photo in brief.photos[: 1 + MAX_FURTHER_PHOTOS])
    if not photos:
        return tuple(Shot("card", card) for card in cards(brief, side, seed))
    return shoot(photos, brief.image_prompt, seed, side)


def _opened(photo: Photo) -> Image.Image:
    with Image.open(io.BytesIO(photo.load())) as picture:
        picture.draft("RGB", (WORKING_SIDE, WORKING_SIDE))  # decodes a large JPEG at a smaller scale
        return picture.convert("RGB")
