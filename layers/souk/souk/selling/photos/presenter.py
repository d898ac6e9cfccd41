"""Photos as their owner sees them. `url_of` returns the URL of a content hash."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from souk.selling.photos.model import WIDTHS, Photo, Upload
from souk.selling.photos.schemas import PhotoOut, PhotosOut, PictureOut, PresignedPost

_LIST, _PAGE, _ = WIDTHS
_MEDIA = "/api/v1/media/"


def media_url(origin: str, content_hash: str) -> str:
    """Where everybody can see a public picture in full, at the API whose `origin` is https://host."""
    return f"{origin}{_MEDIA}{content_hash}"


def small_media_url(origin: str, content_hash: str) -> str:
    """The same for a list: 320 pixels wide, some 20 KB in place of 400."""
    return in_width(media_url(origin, content_hash), _LIST)


def small(address: str | None) -> str | None:
    """The address for a list of what is shown at `address`; pictures on other sites have one size only."""
    return in_width(address, _LIST) if address and address.startswith(_MEDIA) else address


def in_width(address: str, width: int) -> str:
    return f"{address}?width={width}"


def present_picture(address: str, *, is_ours: bool) -> PictureOut:
    """A picture for a page: to show at once, and in every width for a browser to choose from."""
    if not is_ours:
        return PictureOut(url=address, srcset=None)
    srcset = ", ".join(f"{in_width(address, width)} {width}w" for width in WIDTHS)
    return PictureOut(url=in_width(address, _PAGE), srcset=srcset)


def present_photo(photo: Photo, url_of: Callable[[str], str]) -> PhotoOut:
    url = url_of(photo.content_hash) if photo.content_hash else None
    return PhotoOut.of(photo, url=url)


def present_photos(photos: Sequence[Photo], uploads: Sequence[Upload], url_of: Callable[[str], str]) -> PhotosOut:
    return PhotosOut(
        photos=[present_photo(photo, url_of) for photo in photos],
        uploads=[PresignedPost.of(upload) for upload in uploads],
    )
