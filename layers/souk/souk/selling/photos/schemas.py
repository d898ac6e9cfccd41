"""Wire shapes of photos and of their uploads."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from typing import Annotated, Final, Literal

from pydantic import Field

from souk.http.fields import Line, Shaped, Wire
from souk.selling.photos.model import LEAST_SIDE, LONGEST_SHAPE, MOST_MEGAPIXELS, MOST_PHOTOS, MOST_UPLOAD_BYTES

_UNKNOWN_TYPE: Final = "application/octet-stream"
# RFC 6838, 4.2, with any parameters.
_MEDIA_TYPE: Final = r"^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+( *;[ -~]*)?$"


class UploadRequest(Wire):
    # Browsers know no type for some pictures (HEIC) and send an empty one, which stands for the default.
    content_type: Annotated[
        Line,
        Shaped(_MEDIA_TYPE, "must be a media type, as image/jpeg"),
        Field(
            max_length=127, description="What the client takes the file for, and sends again with it. The bytes decide."
        ),
    ] = _UNKNOWN_TYPE
    size: Annotated[
        int,
        Field(
            ge=1,
            le=MOST_UPLOAD_BYTES,
            strict=True,
            description=(
                f"In bytes, {MOST_UPLOAD_BYTES >> 20} MB at most. JPEG, PNG, WebP, HEIC and AVIF are taken, of at most"
                f" {MOST_MEGAPIXELS} megapixels, at least {LEAST_SIDE} pixels a side, and one side at most"
                f" {LONGEST_SHAPE} times as long as the other; animations are not."
            ),
        ),
    ]


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
