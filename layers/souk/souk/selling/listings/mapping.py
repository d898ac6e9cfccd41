"""A listing as an item of its table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from souk.aws.actions import Item
from souk.aws.attributes import drop_none, due_members
from souk.selling.listings.keys import listing_key, status_key
from souk.selling.listings.model import Listing, Media, MediaObject, Publication, PublicationStatus, Status, Wait
from souk.selling.photos.mapping import from_photo, to_photo
from souk.shared.clock import from_wire, to_wire
from souk.shared.failure_reason import Failure
from souk.shared.money import Money


def to_item(listing: Listing) -> Item:
    item: dict[str, Any] = {
        **listing_key(listing.user_id, listing.id),
        "status_pk": status_key.partition(listing.user_id, listing.status),
        "id": listing.id,
        "user_id": listing.user_id,
        "title": listing.title,
        "description": listing.description,
        "category_id": listing.category_id,
        "price_minor": listing.price.minor,
        "currency": listing.price.currency,
        "quantity": listing.quantity,
        "quantity_version": listing.quantity_version if listing.quantity_version > 1 else None,
        "condition_id": listing.condition_id,
        "item_specifics": {name: list(values) for name, values in listing.item_specifics.items()},
        "souk_category_id": listing.souk_category_id,
        "image_prompt": listing.image_prompt,
        "video_prompt": listing.video_prompt,
        "enriched_description": listing.enriched_description,
        "photos": [from_photo(photo) for photo in listing.photos],
        "media": _from_media(listing.media) if listing.media else None,
        "status": listing.status.value,
        "error": listing.error.to_item() if listing.error else None,
        "publications": {name: _from_publication(publication) for name, publication in listing.publications.items()},
        "approved_hash": listing.approved_hash,
        "rejection_reason": listing.rejection_reason,
        "deleting": listing.deleting or None,
        "run": listing.run,
        "restarts": listing.restarts,
        "wait": {"token": listing.wait.token, "status": listing.wait.status.value} if listing.wait else None,
        "begun_at": to_wire(listing.begun_at) if listing.begun_at else None,
        "version": listing.version,
        "created_at": to_wire(listing.created_at),
        "updated_at": to_wire(listing.updated_at),
    }
    if listing.due_at:
        item |= due_members(listing.id, listing.due_at)
    return drop_none(**item)


def to_listing(item: Mapping[str, Any]) -> Listing:
    wait, error, media = item.get("wait"), item.get("error"), item.get("media")
    return Listing(
        id=item["id"],
        user_id=item["user_id"],
        title=item["title"],
        description=item["description"],
        category_id=item["category_id"],
        price=Money.from_minor(int(item["price_minor"]), item["currency"]),
        quantity=int(item["quantity"]),
        quantity_version=int(item.get("quantity_version", 1)),
        condition_id=int(item["condition_id"]),
        item_specifics={name: tuple(values) for name, values in item["item_specifics"].items()},
        souk_category_id=item["souk_category_id"],
        image_prompt=item["image_prompt"],
        video_prompt=item["video_prompt"],
        enriched_description=item.get("enriched_description"),
        photos=tuple(to_photo(photo) for photo in item["photos"]),
        media=_to_media(media) if media else None,
        status=Status(item["status"]),
        error=Failure.from_item(error) if error else None,
        publications={name: _to_publication(stored) for name, stored in item["publications"].items()},
        approved_hash=item.get("approved_hash"),
        rejection_reason=item.get("rejection_reason"),
        deleting=item.get("deleting", False),
        run=int(item["run"]),
        restarts=int(item["restarts"]),
        wait=Wait(wait["token"], Status(wait["status"])) if wait else None,
        due_at=from_wire(item["due_at"]) if "due_at" in item else None,
        begun_at=from_wire(item["begun_at"]) if "begun_at" in item else None,
        version=int(item["version"]),
        created_at=from_wire(item["created_at"]),
        updated_at=from_wire(item["updated_at"]),
    )


def _from_media(media: Media) -> dict[str, Any]:
    return drop_none(
        images=[_from_object(image) for image in media.images],
        video=_from_object(media.video) if media.video else None,
    )


def _to_media(item: Mapping[str, Any]) -> Media:
    video = item.get("video")
    return Media(tuple(_to_object(image) for image in item["images"]), _to_object(video) if video else None)


def _from_object(stored: MediaObject) -> dict[str, Any]:
    return {"content_hash": stored.content_hash, "content_type": stored.content_type, "role": stored.role}


def _to_object(item: Mapping[str, Any]) -> MediaObject:
    return MediaObject(item["content_hash"], item["content_type"], item.get("role", ""))


def _from_publication(publication: Publication) -> dict[str, Any]:
    return drop_none(
        marketplace=publication.marketplace,
        status=publication.status.value,
        attempt=publication.attempt,
        external_id=publication.external_id,
        url=publication.url,
        fees=[dict(fee) for fee in publication.fees],
        notices=[dict(notice) for notice in publication.notices],
        error=publication.error.to_item() if publication.error else None,
        sent=publication.sent or None,
    )


def _to_publication(item: Mapping[str, Any]) -> Publication:
    error = item.get("error")
    return Publication(
        item["marketplace"],
        PublicationStatus(item["status"]),
        int(item["attempt"]),
        item.get("external_id"),
        item.get("url"),
        tuple(item["fees"]),
        tuple(item["notices"]),
        Failure.from_item(error) if error else None,
        item.get("sent", False),
    )
