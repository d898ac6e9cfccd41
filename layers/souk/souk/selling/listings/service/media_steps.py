"""The workflow's steps that generate media for a listing.

Each step can be repeated at any time: it reads the item first, and raises Superseded when a newer run of the workflow
has replaced this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from souk.selling.listings.model import Listing, MediaObject, Status
from souk.selling.listings.repository import ListingRepository
from souk.selling.media.model import ImageProvider, MediaBrief, TextProvider, VideoJob, VideoProvider
from souk.selling.media.model import Photo as ProvidedPhoto
from souk.selling.photos.model import Photo


class Superseded(Exception):
    """The listing was deleted, or a newer run of its workflow has replaced this one."""


class MediaStore(Protocol):
    def put(self, content: bytes, content_type: str) -> str:
        """Store under the hash of the content; returns the hash (SHA-256, hex)."""
        ...

    def load(self, content_hash: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Task:
    """The listing that a step works on, and the run of its workflow."""

    owner_id: str
    listing_id: str
    run: int

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Task:
        return cls(event["owner_id"], event["listing_id"], int(event["run"]))


def to_document(stored: MediaObject) -> dict[str, str]:
    """A stored object as the workflow passes it on."""
    return {"content_hash": stored.content_hash, "content_type": stored.content_type, "role": stored.role}


def video_document(job_id: str, video: MediaObject | None) -> dict[str, Any]:
    """A video job as the workflow passes it on."""
    return {"done": video is not None, "job_id": job_id, "video": to_document(video) if video else None}


def to_brief(listing: Listing, media: MediaStore) -> MediaBrief:
    return MediaBrief(
        listing_id=listing.id,
        title=listing.title,
        description=listing.description,
        image_prompt=listing.image_prompt,
        video_prompt=listing.video_prompt,
        condition=CONDITIONS.get(listing.condition_id, ""),
        item_specifics=listing.item_specifics,
        photos=tuple(
            ProvidedPhoto(content_hash, photo.content_type, partial(media.load, content_hash))
            for content_hash, photo in _distinct(listing.ready_photos).items()
        ),
    )


def _distinct(photos: tuple[Photo, ...]) -> dict[str, Photo]:
    """By content hash: the same photo uploaded twice would give the same picture twice."""
    return {photo.content_hash: photo for photo in photos if photo.content_hash}


class MediaSteps:
    """Each step returns what it generated; the workflow writes all of it to the item at once."""

    def __init__(self, repository: ListingRepository, media: MediaStore) -> None:
        self._repository = repository
        self._media = media

    def generate_images(self, task: Task, provider: ImageProvider) -> list[MediaObject]:
        images = provider.generate_images(self._brief(task))
        return [
            MediaObject(self._media.put(image.content, image.content_type), image.content_type, image.role)
            for image in images
        ]

    def start_video(self, task: Task, provider: VideoProvider) -> tuple[str, MediaObject | None]:
        """Returns (job id, the video once it is done)."""
        return self._video(provider.start_video(self._brief(task), f"{task.listing_id}-{task.run}"))

    def poll_video(self, job_id: str, provider: VideoProvider) -> tuple[str, MediaObject | None]:
        return self._video(provider.poll_video(job_id))

    def enrich_description(self, task: Task, provider: TextProvider) -> str:
        return provider.enrich_description(self._brief(task))

    def _brief(self, task: Task) -> MediaBrief:
        listing = self._repository.find(task.owner_id, task.listing_id)
        if listing is None or listing.run != task.run or listing.status is not Status.GENERATING:
            raise Superseded(f"{task.listing_id} run {task.run}")
        return to_brief(listing, self._media)

    def _video(self, job: VideoJob) -> tuple[str, MediaObject | None]:
        if job.content is None:
            return job.job_id, None
        return job.job_id, MediaObject(self._media.put(job.content, "video/mp4"), "video/mp4", "video")


# eBay's condition ids in words. eBay decides which of them a category allows.
CONDITIONS: Mapping[int, str] = {
    1000: "New",
    1500: "New, other",
    1750: "New with defects",
    2000: "Certified refurbished",
    2010: "Excellent, refurbished",
    2020: "Very good, refurbished",
    2030: "Good, refurbished",
    2500: "Seller refurbished",
    2750: "Like new",
    2990: "Pre-owned, excellent",
    3000: "Used",
    3010: "Pre-owned, fair",
    4000: "Very good",
    5000: "Good",
    6000: "Acceptable",
    7000: "For parts or not working",
}
