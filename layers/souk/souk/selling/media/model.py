"""The Protocols of media providers, their arguments and answers. Pure: no HTTP, no image library.

All providers raise the same errors; callers decide by class, never by text:

    VendorRefused                 final
    ├── MediaBlocked              the vendor's safety rules forbid this prompt or picture
    ├── MediaModelGone            the configured model does not exist
    └── MediaBadRequest           the request is invalid
    VendorFailed                  may be retried
    ├── VendorThrottled           too many requests
    └── MediaTransient            an error of the vendor's
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from souk.shared.errors import InvalidRequest, VendorFailed, VendorRefused


class MediaBlocked(VendorRefused):
    """The vendor's safety rules forbid this prompt or picture."""


class MediaModelGone(VendorRefused):
    """The configured model id is unknown or was retired."""


class MediaBadRequest(VendorRefused):
    """The vendor considers the request invalid."""


class MediaTransient(VendorFailed):
    """The vendor failed; the same request may succeed later."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A seller's own photo, already limited in size and without metadata (see adapters/pictures.py)."""

    content_hash: str
    content_type: str
    load: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class MediaBrief:
    """What a provider is given about a product. All facts come from the seller."""

    listing_id: str
    title: str
    description: str
    image_prompt: str
    video_prompt: str = ""
    price: str = ""
    condition: str = ""
    item_specifics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class GeneratedImage:
    """One finished picture; `role` is its purpose."""

    role: Literal["main", "detail", "styled", "card", "generated"]
    content: bytes
    content_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class VideoJob:
    """A video in progress or done. `poll_video` takes `job_id`; `content` (MP4) is None until it is done."""

    job_id: str
    content: bytes | None = None

    @property
    def done(self) -> bool:
        return self.content is not None


class ImageProvider(Protocol):
    def generate_images(self, brief: MediaBrief) -> tuple[GeneratedImage, ...]:
        """At least one picture, the main one first."""
        ...


class VideoProvider(Protocol):
    def start_video(self, brief: MediaBrief, key: str) -> VideoJob:
        """Start a video once per `key`. A provider that works synchronously returns a job that is done."""
        ...

    def poll_video(self, job_id: str) -> VideoJob:
        """The job in its current state."""
        ...


class TextProvider(Protocol):
    def enrich_description(self, brief: MediaBrief) -> str:
        """A sales text from the facts of `brief` only."""
        ...


class PictureRejected(InvalidRequest):
    """The picture is not accepted. `reason` is shown to the person who sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TakenPicture:
    """A cleaned picture: sRGB JPEG, upright, no metadata. `content_hash` is the SHA-256 of `content` in hex."""

    content: bytes
    content_type: str
    width: int
    height: int
    content_hash: str
