"""What every media provider takes and answers. Pure: no HTTP, no image library.

All providers share one outcome model, told by class and never by text:

    VendorRefused                 final
    ├── MediaBlocked              the vendor's safety rules forbid this prompt or picture
    ├── MediaModelGone            the configured model does not exist any more
    └── MediaBadRequest           the request itself is wrong
    VendorFailed                  may be tried again
    ├── VendorThrottled           slow down
    └── MediaTransient            a fault of the vendor's
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from souk.shared.errors import VendorFailed, VendorRefused


class MediaBlocked(VendorRefused):
    """The vendor's safety rules forbid it."""


class MediaModelGone(VendorRefused):
    """The configured model id is unknown or has ended."""


class MediaBadRequest(VendorRefused):
    """The vendor cannot make sense of the request."""


class MediaTransient(VendorFailed):
    """The vendor failed; the same request may succeed later."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A seller's own photo, already bounded and stripped (see pictures.py)."""

    content_hash: str
    content_type: str
    load: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class MediaBrief:
    """What a provider may know about the thing on sale. Facts come from the seller only."""

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
    """One finished picture; `role` says what it is for."""

    role: Literal["main", "detail", "styled", "card", "generated"]
    content: bytes
    content_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class VideoJob:
    """A video under way or done. `job_id` finds it again; `content` (MP4) is there once it is done."""

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
        """Start a video once per `key`. A provider that works at once answers a job that is done."""
        ...

    def poll_video(self, job_id: str) -> VideoJob:
        """The job as it is now."""
        ...


class TextProvider(Protocol):
    def enrich_description(self, brief: MediaBrief) -> str:
        """A sales text made from the given facts only; invents nothing."""
        ...
