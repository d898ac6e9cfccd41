"""Pictures from vendors are untrusted too: they are cleaned like uploads."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from souk.selling.media.adapters.pictures import take_in
from souk.selling.media.model import GeneratedImage, MediaTransient, PictureRejected

MAX_PICTURE_BYTES: Final = 24 * 1024 * 1024


def generated_image(vendor: str, encoded: object) -> GeneratedImage:
    """The cleaned picture from a vendor's base64 text. Raises MediaTransient for one that is too large or unusable."""
    if not isinstance(encoded, str) or len(encoded) > MAX_PICTURE_BYTES * 4 // 3 + 4:
        raise MediaTransient(vendor, "The answer holds no picture of a size that we take.")
    try:
        taken = take_in(base64.b64decode(encoded, validate=True), max_bytes=MAX_PICTURE_BYTES)
    except (binascii.Error, PictureRejected) as fault:
        raise MediaTransient(vendor, "The answer holds a picture that cannot be used.") from fault
    return GeneratedImage("generated", taken.content, taken.content_type, taken.width, taken.height)
