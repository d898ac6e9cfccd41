"""A photo as a member of an item, and back."""

from __future__ import annotations

from typing import Final

from souk.aws.items import Codec
from souk.selling.photos.model import Photo

PHOTO: Final = Codec(Photo, sparse=("sent", "tried"))
