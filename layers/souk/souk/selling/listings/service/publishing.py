"""The workflow's step at one marketplace: publish, revise or end a listing, as its publication's status requires.

The step can be repeated at any time; it writes its result only when the item still waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from souk.selling.listings.model import Listing, Publication, PublicationStatus
from souk.selling.listings.repository import ListingRepository
from souk.selling.listings.service.media_steps import MediaStore, Superseded, Task
from souk.selling.marketplaces.model import (
    AttemptSpent,
    ListingOffer,
    Marketplace,
    Picture,
    PublicationEnded,
    Published,
)
from souk.shared.clock import Clock
from souk.shared.errors import Conflict, VendorRefused
from souk.shared.failure_reason import Failure


def to_offer(listing: Listing, media: MediaStore) -> ListingOffer:
    images = listing.media.images if listing.media else ()
    return ListingOffer(
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
        """Publish, revise or end at `marketplace`; returns the publication's status, or "superseded".

        Raises VendorFailed when the outcome is unknown: the workflow retries with the same idempotency key.
        """
        listing = self._repository.find(task.owner_id, task.listing_id)
        if listing is None or listing.run != task.run:
            return "superseded"
        publication = listing.publications.get(marketplace)
        if publication is None or not publication.at_work:
            return publication.status if publication else "superseded"
        try:
            settled = self._answer(task, listing, publication)
        except Superseded:
            return "superseded"
        self._write(task, publication.status, settled)
        return settled.status

    def give_up(self, task: Task, marketplace: str, code: str, detail: str) -> str:
        """Record that the marketplace did not answer after all retries. The attempt keeps its idempotency key."""
        listing = self._repository.find(task.owner_id, task.listing_id)
        publication = listing.publications.get(marketplace) if listing and listing.run == task.run else None
        if publication is None or not publication.at_work:
            return "superseded"
        settled = publication.unanswered(Failure(code, detail, marketplace))
        self._write(task, publication.status, settled)
        return settled.status

    def _answer(self, task: Task, listing: Listing, publication: Publication) -> Publication:
        """The publication after the marketplace's answer. A spent attempt is followed by the next one."""
        try:
            return self._try(task, listing, publication)
        except AttemptSpent:
            return self._try(task, listing, replace(publication, attempt=publication.attempt + 1, sent=False))

    def _try(self, task: Task, listing: Listing, publication: Publication) -> Publication:
        """As `_answer`, for one attempt. A refusal counts as an answer. Raises AttemptSpent."""
        try:
            marketplace = self._marketplace(publication.marketplace, listing.user_id)
            if publication.status is PublicationStatus.PUBLISHING:
                publication = self._record_sending(task, publication)
            return self._act(marketplace, listing, publication)
        except AttemptSpent:
            raise
        except (VendorRefused, Conflict) as refusal:
            return publication.refused(Failure.of(refusal))

    def _record_sending(self, task: Task, requested: Publication) -> Publication:
        """Record the attempt before sending it, so that a retry after a crash reuses its key.

        Returns the publication as it was before the record. Raises Superseded when the item asks for something else by
        now: a key that is not on record must not be used.
        """
        if requested.sent:
            return requested
        before = requested

        def decide(listing: Listing) -> Listing | None:
            nonlocal before
            current = listing.publications.get(requested.marketplace)
            if listing.run != task.run or current is None or current.status is not requested.status:
                raise Superseded(f"{task.listing_id} run {task.run}")
            if current.attempt > requested.attempt:
                raise Superseded(f"{task.listing_id} attempt {requested.attempt}")
            before = current if current.attempt == requested.attempt else requested
            return listing.settle_publication(replace(before, sent=True))

        if self._repository.change(task.owner_id, task.listing_id, self._clock(), decide) is None:
            raise Superseded(f"{task.listing_id} was deleted")
        return before

    def _act(self, marketplace: Marketplace, listing: Listing, publication: Publication) -> Publication:
        external_id = publication.external_id
        if publication.status is PublicationStatus.ENDING:
            if external_id is None:
                # The outcome of the attempt is unknown: look for a listing that it may have published.
                found = marketplace.find(listing.id)
                external_id = found.external_id if found else None
            if external_id is not None:
                marketplace.end(external_id)
            return replace(publication, external_id=external_id).ended()
        offer = to_offer(listing, self._media)
        if publication.status is PublicationStatus.REVISING and external_id is not None:
            return _revised(marketplace, external_id, offer, publication)
        published = marketplace.publish(offer, self._attempt_key(listing.id, publication.attempt))
        live = _live(publication, published)
        # A listing published by an earlier call may have older content. It stays live even if its revision is refused.
        return _revised(marketplace, published.external_id, offer, live) if published.recovered else live

    def _write(self, task: Task, requested: PublicationStatus, settled: Publication) -> None:
        """Store the answer to what was `requested`, unless the publication has changed since."""

        def decide(listing: Listing) -> Listing | None:
            current = listing.publications.get(settled.marketplace)
            if listing.run != task.run or current is None:
                return listing
            if (current.status, current.attempt) != (requested, settled.attempt):
                return listing
            return listing.settle_publication(settled)

        self._repository.change(task.owner_id, task.listing_id, self._clock(), decide)


def _revised(marketplace: Marketplace, external_id: str, offer: ListingOffer, publication: Publication) -> Publication:
    """The publication after its revision to `offer`; a refusal is its error."""
    try:
        return _live(publication, marketplace.revise(external_id, offer))
    except PublicationEnded as refusal:
        return publication.ended(Failure.of(refusal))
    except VendorRefused as refusal:
        return publication.refused(Failure.of(refusal))


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
        sent=False,
    )
