"""Wire shapes of photos: announced, under way, judged."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from collections.abc import Callable, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field

from souk.http.fields import Wire
from souk.selling.photos.model import MOST_PHOTOS, Photo, Upload

MOST_UPLOAD_BYTES = 12 * 1024 * 1024
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

    @classmethod
    def of(cls, photo: Photo, url_of: Callable[[str], str]) -> Self:
        """`url_of` answers the address of a content hash."""
        url = url_of(photo.content_hash) if photo.content_hash else None
        return cls(id=photo.id, status=photo.status.value, url=url, reason=photo.reason)


class PresignedPost(Wire):
    """Send `fields` and then the file, as multipart/form-data, to `url` within an hour."""

    photo_id: str
    url: str
    fields: dict[str, str]


class PhotosOut(Wire):
    photos: list[PhotoOut]
    uploads: list[PresignedPost]

    @classmethod
    def of(cls, photos: Sequence[Photo], uploads: Sequence[Upload], url_of: Callable[[str], str]) -> Self:
        return cls(
            photos=[PhotoOut.of(photo, url_of) for photo in photos],
            uploads=[PresignedPost(photo_id=one.photo_id, url=one.url, fields=dict(one.fields)) for one in uploads],
        )
