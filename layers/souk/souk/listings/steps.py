"""What the listing workflow's functions do, and what the stream and the clock set going.

Each step can be run again at any time: it looks at the item first, and writes only what still fits. `run` fences off a
workflow that a newer one has replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from souk.clock import Clock
from souk.errors import Conflict, VendorRefused
from souk.listings.model import (
    Failure,
    Listing,
    MediaObject,
    Publication,
    PublicationStatus,
    Status,
)
from souk.listings.repository import ListingRepository
from souk.marketplaces.model import AttemptSpent, Marketplace, Offer, Picture, Published
from souk.media.model import ImageProvider, MediaBrief, TextProvider, VideoJob, VideoProvider
from souk.media.model import Photo as ProvidedPhoto
from souk.photos.model import Photo


class Superseded(Exception):
    """The listing is gone, or this run of its workflow has been replaced."""


class MediaStore(Protocol):
    def put(self, content: bytes, content_type: str) -> str:
        """Store under the hash of the content; answers the hash (sha256, hex)."""
        ...

    def load(self, content_hash: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Task:
    """Which listing a step works on, for which run of its workflow."""

    owner_id: str
    listing_id: str
    run: int

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Task:
        return cls(event["owner_id"], event["listing_id"], int(event["run"]))


def to_document(stored: MediaObject) -> dict[str, str]:
    """A stored object as the workflow carries it."""
    return {"content_hash": stored.content_hash, "content_type": stored.content_type, "role": stored.role}


def video_document(job_id: str, video: MediaObject | None) -> dict[str, Any]:
    """A video job as the workflow carries it."""
    return {"done": video is not None, "job_id": job_id, "video": to_document(video) if video else None}


def brief_of(listing: Listing, media: MediaStore) -> MediaBrief:
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
    """By content: a photo sent twice would come back as the same picture twice."""
    return {photo.content_hash: photo for photo in photos if photo.content_hash}


def offer_of(listing: Listing, media: MediaStore) -> Offer:
    images = listing.media.images if listing.media else ()
    return Offer(
        listing_id=listing.id,
        title=listing.title,
        description=listing.offered_description,
        category_id=listing.category_id,
        condition_id=listing.condition_id,
        price=listing.price,
        quantity=listing.quantity,
        item_specifics=listing.item_specifics,
        pictures=tuple(
            Picture(image.content_hash, image.content_type, partial(media.load, image.content_hash)) for image in images
        ),
        souk_category_id=listing.souk_category_id,
        quantity_version=listing.quantity_version,
    )


class MediaSteps:
    """Generating: each answers what it made; the workflow writes it all at once."""

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
        """(job id, the video once it is done)."""
        return self._video(provider.start_video(self._brief(task), f"{task.listing_id}-{task.run}"))

    def poll_video(self, job_id: str, provider: VideoProvider) -> tuple[str, MediaObject | None]:
        return self._video(provider.poll_video(job_id))

    def enrich_description(self, task: Task, provider: TextProvider) -> str:
        return provider.enrich_description(self._brief(task))

    def _brief(self, task: Task) -> MediaBrief:
        listing = self._repository.find(task.owner_id, task.listing_id)
        if listing is None or listing.run != task.run or listing.status is not Status.GENERATING:
            raise Superseded(f"{task.listing_id} run {task.run}")
        return brief_of(listing, self._media)

    def _video(self, job: VideoJob) -> tuple[str, MediaObject | None]:
        if job.content is None:
            return job.job_id, None
        return job.job_id, MediaObject(self._media.put(job.content, "video/mp4"), "video/mp4", "video")


class PublishingSteps:
    """Publishing, revising and ending at one marketplace."""

    def __init__(
        self,
        repository: ListingRepository,
        media: MediaStore,
        marketplace: Callable[[str, str], Marketplace],
        attempt_key: Callable[[str, int], str],
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._media = media
        self._marketplace = marketplace
        self._attempt_key = attempt_key
        self._clock = clock

    def settle(self, task: Task, marketplace: str) -> str:
        """Do at `marketplace` what the listing asks for there; answers the publication's status.

        Raises VendorFailed when the outcome is unknown: the workflow tries again, under the same key.
        """
        listing = self._repository.find(task.owner_id, task.listing_id)
        if listing is None or listing.run != task.run:
            return "superseded"
        publication = listing.publications.get(marketplace)
        if publication is None or not publication.at_work:
            return publication.status if publication else "superseded"
        try:
            settled = self._answer(listing, publication)
        except AttemptSpent:
            asked = self._next_attempt(task, publication)
            if asked is None:
                return "superseded"
            publication, settled = asked, self._answer(listing, asked)
        self._write(task, publication, settled)
        return settled.status

    def give_up(self, task: Task, marketplace: str, code: str, detail: str) -> str:
        """The marketplace did not answer, however often it was asked. The attempt keeps its key."""
        listing = self._repository.find(task.owner_id, task.listing_id)
        publication = listing.publications.get(marketplace) if listing and listing.run == task.run else None
        if publication is None or not publication.at_work:
            return "superseded"
        settled = publication.unanswered(Failure(code, detail, marketplace))
        self._write(task, publication, settled)
        return settled.status

    def _next_attempt(self, task: Task, spent: Publication) -> Publication | None:
        """Another attempt, on record before it is made: whoever comes after a crash uses the same key.

        None: a newer run asks for something else, and this one must not use a key that nobody has on record.
        """
        asked = replace(spent, attempt=spent.attempt + 1)
        written = self._write(task, spent, asked)
        if written is None or written.run != task.run or written.publications.get(asked.marketplace) != asked:
            return None
        return asked

    def _answer(self, listing: Listing, publication: Publication) -> Publication:
        """The publication as the marketplace left it. A refusal is an answer; a spent attempt asks for another."""
        try:
            return self._act(listing, publication)
        except AttemptSpent:
            raise
        except (VendorRefused, Conflict) as refusal:
            return publication.refused(_failure(refusal))

    def _act(self, listing: Listing, publication: Publication) -> Publication:
        market = self._marketplace(publication.marketplace, listing.user_id)
        external_id = publication.external_id
        if publication.status is PublicationStatus.ENDING:
            if external_id is None:
                # An attempt whose outcome was never learnt: look for what it may have made.
                found = market.find(listing.id)
                external_id = found.external_id if found else None
            if external_id is not None:
                market.end(external_id)
            return replace(publication, status=PublicationStatus.ENDED, external_id=external_id, error=None)
        offer = offer_of(listing, self._media)
        if publication.status is PublicationStatus.REVISING and external_id is not None:
            return _live(publication, market.revise(external_id, offer))
        published = market.publish(offer, self._attempt_key(listing.id, publication.attempt))
        live = _live(publication, published)
        if not published.recovered:
            return live
        # An earlier try had made it, perhaps with older words; it is up whatever is said to the newer ones.
        try:
            return _live(live, market.revise(published.external_id, offer))
        except VendorRefused as refusal:
            return live.refused(_failure(refusal))

    def _write(self, task: Task, asked: Publication, settled: Publication) -> Listing | None:
        """Write the answer to what was `asked`, unless a newer run has asked something else since.

        Answers the listing as it is now; None when it is gone.
        """

        def decide(listing: Listing) -> Listing | None:
            if listing.run != task.run or listing.publications.get(asked.marketplace) != asked:
                return listing
            return listing.settle_publication(settled)

        return self._repository.change(task.owner_id, task.listing_id, self._clock(), decide)


class ListingPhotos:
    """Listings as `souk.photos.intake` sees them."""

    def __init__(self, repository: ListingRepository) -> None:
        self._repository = repository

    def pending_photo(self, owner_id: str, entity_id: str, photo_id: str) -> Photo | None:
        listing = self._repository.find(owner_id, entity_id)
        return next((one for one in listing.pending_photos if one.id == photo_id), None) if listing else None

    def settle_photo(self, owner_id: str, entity_id: str, settled: Photo, now: datetime) -> None:
        self._repository.change(owner_id, entity_id, now, lambda listing: listing.settle_photo(settled))


# eBay's ids for the condition of a thing; the marketplace judges whether one fits a category.
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


def _live(publication: Publication, published: Published) -> Publication:
    fees = [{"name": fee.name, "amount": fee.amount.amount, "currency": fee.amount.currency} for fee in published.fees]
    return replace(
        publication,
        status=PublicationStatus.LIVE,
        external_id=published.external_id,
        url=published.url or publication.url,
        fees=tuple(fees) or publication.fees,
        notices=tuple({"code": notice.code, "message": notice.message} for notice in published.notices),
        error=None,
    )


def _failure(refusal: VendorRefused | Conflict) -> Failure:
    if isinstance(refusal, Conflict):
        return Failure(refusal.code, refusal.detail)
    words = tuple({"code": one.code, "message": one.message} for one in refusal.problems)
    return Failure(refusal.code, refusal.detail, refusal.vendor, words)
