"""An owner's actions on listings. Each reads one item, lets the model decide, and writes once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from souk.aws.idempotency import IdempotencyKey
from souk.selling.listings.model import Listing, Status
from souk.selling.listings.repository import ListingRepository
from souk.selling.marketplaces.model import STOREFRONT
from souk.selling.photos.model import Photo, Upload
from souk.selling.photos.service.uploads import PhotoUploads, RequestedUpload, ids_of
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, NotFound
from souk.shared.money import Money, RulesOf, requested_price
from souk.shared.versioned import Versions, check_version, retrying

if TYPE_CHECKING:
    from souk.selling.marketplaces.model import FeeQuote, ListingOffer, Marketplace


@dataclass(frozen=True, slots=True)
class ListingEdit:
    """Changes to facts (text, quantity, specifics) and to the sources of media (prompts, photos).

    When it has both, each must be allowed in the listing's status.
    """

    facts: Mapping[str, Any]
    sources: Mapping[str, Any]
    amount: Decimal | None = None
    currency: str | None = None
    removed_photos: tuple[str, ...] = ()


class ListingService:
    """Owners' listings. Every method takes the owner's id first and finds only that owner's listings.

    `require_connected(owner_id, marketplace)` raises Conflict when the owner cannot publish there; `stock_of` returns
    the available stock of a product, or None when there is no such product. `charge_rules`: what the payment vendor of
    the storefront takes, where any listing can be published; no other marketplace takes a price that they refuse.
    """

    def __init__(
        self,
        repository: ListingRepository,
        uploads: PhotoUploads,
        require_connected: Callable[[str, str], None],
        stock_of: Callable[[str], int | None],
        charge_rules: RulesOf,
        clock: Clock,
        new_id: NewId,
        generations_per_day: int,
    ) -> None:
        self._repository = repository
        self._uploads = uploads
        self._require_connected = require_connected
        self._stock_of = stock_of
        self._charge_rules = charge_rules
        self._clock = clock
        self._new_id = new_id
        self._generations_per_day = generations_per_day

    def create(self, owner_id: str, fields: Mapping[str, Any], idempotency: IdempotencyKey | None) -> Listing:
        """Raises InvalidRequest for a price that cannot be charged; Replayed."""
        now = self._clock()
        self._check_price(fields["price"])
        listing = Listing(id=self._new_id(), user_id=owner_id, created_at=now, updated_at=now, **fields)
        self._repository.add(listing, idempotency)
        return listing

    def get(self, owner_id: str, listing_id: str) -> Listing:
        return self._repository.get(owner_id, listing_id)

    def quantity_of(self, listing: Listing) -> int:
        """The quantity; while it is live on souk, the available stock of its product."""
        publication = listing.publications.get(STOREFRONT)
        if publication is None or not publication.up or publication.external_id is None:
            return listing.quantity
        available = self._stock_of(publication.external_id)
        return listing.quantity if available is None else available

    def list(
        self, owner_id: str, *, status: Status | None, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[Listing, ...], dict[str, str] | None]:
        return self._repository.list(owner_id, status=status, limit=limit, after=after)

    def edit(self, owner_id: str, listing_id: str, edit: ListingEdit, if_match: Versions | None) -> Listing:
        """Raises PreconditionFailed when the owner has not seen the latest version."""

        def decide(listing: Listing) -> Listing:
            check_version("listing", listing.version, if_match)
            sources = dict(edit.sources)
            if edit.removed_photos:
                sources["photos"] = _without(listing.photos, edit.removed_photos)
            facts = {**edit.facts, **_price(edit, listing.price)}
            if "price" in facts:
                self._check_price(facts["price"])
            if sources:
                listing = listing.edit_sources(sources)
            return listing.edit(facts, self._clock()) if facts else listing

        return self._decide(owner_id, listing_id, decide)

    def delete(self, owner_id: str, listing_id: str, if_match: Versions | None) -> Listing | None:
        """None when it is deleted; the listing while its publications are being ended."""

        def attempt() -> Listing | None:
            listing = self._repository.get(owner_id, listing_id)
            check_version("listing", listing.version, if_match)
            if listing.deleting:
                return listing
            ending = listing.request_deletion(self._clock())
            if ending is None:
                self._repository.remove(listing)
                return None
            return self._repository.save(ending, self._clock())

        return retrying("listing", attempt)

    def request_uploads(
        self, owner_id: str, listing_id: str, files: Sequence[RequestedUpload], idempotency: IdempotencyKey | None
    ) -> tuple[Listing, tuple[Upload, ...]]:
        """Announce photos that the client sends straight to the bucket."""
        photos = self._uploads.announce([file.content_type for file in files])
        listing = self._add_photos(owner_id, listing_id, photos, idempotency)
        return listing, self.uploads_of(listing, ids_of(photos), files)

    def uploads_of(
        self, listing: Listing, photo_ids: Sequence[str], files: Sequence[RequestedUpload]
    ) -> tuple[Upload, ...]:
        """Presigned POSTs for `files`, the uploads of `photo_ids`. None for a photo that was settled or removed."""
        return self._uploads.presign(listing.user_id, listing.id, listing.pending_photos, photo_ids, files)

    def add_uploaded(
        self,
        owner_id: str,
        listing_id: str,
        files: Sequence[tuple[str, bytes]],
        idempotency: IdempotencyKey | None,
    ) -> Listing:
        """Store photos sent through the API, as (content type, bytes). They are processed later, like all others."""
        photos = self._uploads.announce([content_type for content_type, _ in files], sent=True)
        listing = self._add_photos(owner_id, listing_id, photos, idempotency)
        self.bring(listing, ids_of(photos), files)
        return listing

    def bring(self, listing: Listing, photo_ids: Sequence[str], files: Sequence[tuple[str, bytes]]) -> None:
        """Upload the files of those `photo_ids` that are still pending. Can be repeated."""
        self._uploads.bring(listing.user_id, listing.id, listing.pending_photos, photo_ids, files)

    def request_media(self, owner_id: str, listing_id: str, idempotency: IdempotencyKey | None) -> Listing:
        """Raises TooManyRequests when the owner's daily quota is used up."""
        return self._decide(
            owner_id,
            listing_id,
            lambda listing: listing.request_media(self._clock()),
            idempotency,
            generations_per_day=self._generations_per_day,
        )

    def approve(
        self, owner_id: str, listing_id: str, media_hash: str | None, idempotency: IdempotencyKey | None
    ) -> Listing:
        return self._decide(owner_id, listing_id, lambda listing: listing.approve(media_hash), idempotency)

    def reject(self, owner_id: str, listing_id: str, reason: str | None, idempotency: IdempotencyKey | None) -> Listing:
        return self._decide(owner_id, listing_id, lambda listing: listing.reject(reason), idempotency)

    def request_publication(
        self, owner_id: str, listing_id: str, marketplaces: Sequence[str], idempotency: IdempotencyKey | None
    ) -> Listing:
        wanted = tuple(dict.fromkeys(marketplaces))

        def decide(listing: Listing) -> Listing:
            changed = listing.request_publication(wanted, self._clock())
            if changed is not listing:
                for marketplace in wanted:
                    self._require_connected(owner_id, marketplace)
            return changed

        return self._decide(owner_id, listing_id, decide, idempotency)

    def _check_price(self, price: Money) -> None:
        self._charge_rules(price.currency).require_step(price, "price")

    def _decide(
        self,
        owner_id: str,
        listing_id: str,
        decide: Callable[[Listing], Listing],
        idempotency: IdempotencyKey | None = None,
        *,
        result_id: str | None = None,
        generations_per_day: int | None = None,
    ) -> Listing:
        """Read the listing, change it by `decide` and save it, again after a conflict.

        `result_id` is what a replay of the call answers from; by default the listing's id.
        """

        def attempt() -> Listing:
            listing = self._repository.get(owner_id, listing_id)
            try:
                decided = decide(listing)
            except Conflict:
                # The action may be refused only because this very call has taken effect before.
                if idempotency is not None:
                    self._repository.raise_if_recorded(idempotency, self._clock())
                raise
            if decided is listing and idempotency is None:
                return listing
            return self._repository.save(
                decided,
                self._clock(),
                idempotency=idempotency,
                result_id=result_id,
                generations_per_day=generations_per_day,
            )

        return retrying("listing", attempt)

    def _add_photos(
        self, owner_id: str, listing_id: str, photos: tuple[Photo, ...], idempotency: IdempotencyKey | None
    ) -> Listing:
        return self._decide(
            owner_id,
            listing_id,
            lambda listing: listing.add_photos(photos, self._clock()),
            idempotency,
            result_id=",".join(ids_of(photos)),
        )


class PreflightService:
    """Asks marketplaces whether they would accept a listing, and its fees. Nothing is published or stored."""

    def __init__(
        self,
        repository: ListingRepository,
        marketplace: Callable[[str, str], Marketplace],
        offer: Callable[[Listing], ListingOffer],
    ) -> None:
        self._repository = repository
        self._marketplace = marketplace
        self._offer = offer

    def verify(self, owner_id: str, listing_id: str, marketplaces: Sequence[str]) -> tuple[tuple[str, FeeQuote], ...]:
        """(marketplace, its quote) for each of `marketplaces`. Raises VendorRefused with the marketplace's words."""
        listing = self._repository.get(owner_id, listing_id)
        wanted = tuple(dict.fromkeys(marketplaces))
        offer = self._offer(listing)
        return tuple((name, self._marketplace(name, owner_id).verify(offer)) for name in wanted)


def _price(edit: ListingEdit, current: Money) -> dict[str, Money]:
    if edit.amount is None and edit.currency is None:
        return {}
    amount = current.amount if edit.amount is None else edit.amount
    return {"price": requested_price(amount, edit.currency or current.currency)}


def _without(photos: tuple[Photo, ...], removed: Sequence[str]) -> tuple[Photo, ...]:
    unknown = set(removed) - {photo.id for photo in photos}
    if unknown:
        raise NotFound("There is no such photo in this listing.")
    return tuple(photo for photo in photos if photo.id not in removed)
