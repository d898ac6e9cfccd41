"""Photos as their owner sees them. `url_of` returns the URL of a content hash."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from souk.selling.photos.model import Photo, Upload
from souk.selling.photos.schemas import PhotoOut, PhotosOut, PresignedPost


def media_url(origin: str, content_hash: str) -> str:
    """Where everybody can see a public picture, at the API whose `origin` is https://host."""
    return f"{origin}/api/v1/media/{content_hash}"


def present_photo(photo: Photo, url_of: Callable[[str], str]) -> PhotoOut:
    url = url_of(photo.content_hash) if photo.content_hash else None
    return PhotoOut.of(photo, url=url)


def present_photos(photos: Sequence[Photo], uploads: Sequence[Upload], url_of: Callable[[str], str]) -> PhotosOut:
    return PhotosOut(
        photos=[present_photo(photo, url_of) for photo in photos],
        uploads=[PresignedPost.of(upload) for upload in uploads],
    )
