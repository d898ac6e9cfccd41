"""Wire shapes of photos and of their uploads."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from typing import Annotated, Literal

from pydantic import Field

from souk.http.fields import Wire
from souk.selling.photos.model import MOST_PHOTOS, MOST_UPLOAD_BYTES

MULTIPART_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
UploadType = Literal["image/jpeg", "image/png", "image/webp"]


class UploadRequest(Wire):
    content_type: UploadType
    size: Annotated[int, Field(ge=1, le=MOST_UPLOAD_BYTES, strict=True)]


class UploadsRequest(Wire):
    files: Annotated[list[UploadRequest], Field(min_length=1, max_length=MOST_PHOTOS)]


class PhotoOut(Wire):
    id: str
    status: Literal["pending", "ready", "rejected"]
    url: str | None
    reason: str | None = None


class PictureOut(Wire):
    """A picture that everybody may see. `url` is 960 pixels wide at most, as a page needs it. `srcset` has all widths,
    as HTML's `<img srcset>` takes them; null for a picture on another site, which has one size.
    """

    url: str
    srcset: str | None


class PresignedPost(Wire):
    """Send `fields` and then the file, as multipart/form-data, to `url` within an hour."""

    photo_id: str
    url: str
    fields: dict[str, str]


class PhotosOut(Wire):
    photos: list[PhotoOut]
    uploads: list[PresignedPost]
