"""Listings in DynamoDB: keys, items and conditions.

    pk                sk                          what
    USER#<owner>      LISTING#<id>                a listing; also in the indexes by_status and (while passing) due
    USER#<owner>      GENERATIONS#<UTC day>       how many generations the owner has started that day
    IDEMPOTENCY#...   <operation>#<key>           see souk.aws.idempotency

Every write of a listing counts `version` and is conditional on the version it was made from: no update is lost. Only a
waiting workflow's token is written without counting, so that it does not spoil an owner's ETag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from souk.aws.idempotency import IdempotencyKey, raise_if_recorded, record
from souk.aws.tables import Action, Delete, Item, Put, Tables, Update
from souk.clock import from_wire, to_wire
from souk.errors import NotFound, PreconditionFailed, TooManyRequests
from souk.listings.model import (
    Failure,
    Listing,
    Media,
    MediaObject,
    Publication,
    PublicationStatus,
    Status,
    Wait,
)
from souk.money import Money
from souk.photos.items import from_photo, to_photo

_QUOTA_LIFE = timedelta(days=2)


class StaleListing(Exception):
    """The listing has changed since it was read."""


class ListingRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def get(self, owner_id: str, listing_id: str) -> Listing:
        """Raises NotFound, also for another owner's listing: it does not stand under this owner's key."""
        item = self._tables.get(self._table, _key(owner_id, listing_id))
        if item is None:
            raise NotFound("There is no such listing.")
        return to_listing(item)

    def find(self, owner_id: str, listing_id: str) -> Listing | None:
        item = self._tables.get(self._table, _key(owner_id, listing_id))
        return None if item is None else to_listing(item)

    def list(
        self, owner_id: str, *, status: Status | None, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[Listing, ...], dict[str, str] | None]:
        """A page of the owner's listings, newest first. `after` and the second answer are {"id": ...}."""
        start = None
        if after:
            start = dict(_key(owner_id, after["id"]))
        if status is None:
            page = self._tables.query(
                self._table,
                "#pk = :pk AND begins_with(#sk, :prefix)",
                {"pk": f"USER#{owner_id}", "prefix": "LISTING#"},
                newest_first=True,
                limit=limit,
                after=start,
            )
        else:
            status_pk = _status_pk(owner_id, status)
            page = self._tables.query(
                self._table,
                "#status_pk = :pk",
                {"pk": status_pk},
                index="by_status",
                newest_first=True,
                limit=limit,
                after={**start, "status_pk": status_pk} if start else None,
            )
        following = {"id": page.next_key["sk"].removeprefix("LISTING#")} if page.next_key else None
        return tuple(to_listing(item) for item in page.items), following

    def add(self, listing: Listing, idempotency: IdempotencyKey | None) -> None:
        """Without a condition: the id is new, and a write that is repeated because its answer was lost is the same."""
        self._commit(
            Put(self._table, to_item(listing)),
            idempotency,
            listing.created_at,
            listing.id,
        )

    def save(
        self,
        listing: Listing,
        now: datetime,
        *,
        idempotency: IdempotencyKey | None = None,
        made: str | None = None,
        generations_per_day: int | None = None,
    ) -> Listing:
        """Store what was made from version `listing.version`; answers it with its new version.

        Raises StaleListing. `made` is what a replay of the call will be told, instead of the listing's id.
        With `generations_per_day` it counts as one, and raises TooManyRequests beyond.
        """
        saved = replace(listing, version=listing.version + 1, updated_at=now)
        put = Put(
            self._table,
            to_item(saved),
            condition="#version = :expected",
            values={"expected": listing.version},
            otherwise=StaleListing(),
        )
        quota = (self._count_generation(listing.user_id, generations_per_day, now),) if generations_per_day else ()
        self._commit(put, idempotency, now, made or saved.id, *quota)
        return saved

    def remove(self, listing: Listing) -> None:
        """Raises StaleListing."""
        self._tables.delete(
            Delete(
                self._table,
                _key(listing.user_id, listing.id),
                condition="#version = :expected",
                values={"expected": listing.version},
                otherwise=StaleListing(),
            )
        )

    def change(
        self, owner_id: str, listing_id: str, now: datetime, decide: Callable[[Listing], Listing | None]
    ) -> Listing | None:
        """For workflow steps: read, decide, write, again while others write in between. None removes the listing."""
        while True:
            listing = self.find(owner_id, listing_id)
            if listing is None:
                return None
            decided = decide(listing)
            if decided is listing:
                return listing
            try:
                if decided is None:
                    self.remove(listing)
                    return None
                return self.save(decided, now)
            except StaleListing:
                continue

    def raise_if_done(self, key: IdempotencyKey, now: datetime) -> None:
        """Raise as writing the record of `key` would: Replayed or IdempotencyKeyReused; nothing when it is new."""
        raise_if_recorded(self._tables, self._table, key, now)

    def due(self, before: datetime | None) -> Iterator[Listing]:
        """Listings whose `due_at` has come; all that have one when `before` is None. A lagging index: read again."""
        from souk.aws.due import due_items

        for item in due_items(self._tables, self._table, before):
            yield to_listing(item)

    def _commit(self, put: Put, idempotency: IdempotencyKey | None, now: datetime, made: str, *others: Action) -> None:
        if idempotency is None and not others:
            self._tables.put(put)
            return
        # The record first: a repeated call must find its answer, not the state that it made itself.
        claims = (record(self._table, idempotency, made, now),) if idempotency else ()
        self._tables.commit(*claims, put, *others)

    def _count_generation(self, owner_id: str, limit: int, now: datetime) -> Update:
        return Update(
            self._table,
            {"pk": f"USER#{owner_id}", "sk": f"GENERATIONS#{now:%Y-%m-%d}"},
            "SET #expires_at = :expires_at ADD #started :one",
            condition="attribute_not_exists(#started) OR #started < :limit",
            values={"expires_at": int((now + _QUOTA_LIFE).timestamp()), "one": 1, "limit": limit},
            otherwise=TooManyRequests(
                f"You can generate media {limit} times a day.",
                code="generation_quota",
                retry_after=_seconds_to_midnight(now),
            ),
        )


def check_version(listing: Listing, expected: int | None) -> None:
    """`If-Match`: refuse a lost update."""
    if expected is not None and expected != listing.version:
        raise PreconditionFailed("The listing has changed since you read it.")


def _seconds_to_midnight(now: datetime) -> int:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return int((midnight - now).total_seconds()) + 1


def _key(owner_id: str, listing_id: str) -> dict[str, str]:
    return {"pk": f"USER#{owner_id}", "sk": f"LISTING#{listing_id}"}


def _status_pk(owner_id: str, status: Status) -> str:
    return f"USER#{owner_id}#{status}"


def to_item(listing: Listing) -> Item:
    item: dict[str, Any] = {
        **_key(listing.user_id, listing.id),
        "status_pk": _status_pk(listing.user_id, listing.status),
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
        "error": _from_failure(listing.error) if listing.error else None,
        "publications": {name: _from_publication(one) for name, one in listing.publications.items()},
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
        # Not at import: who only reads never needs it.
        from souk.aws.due import due_members

        item |= due_members(listing.id, listing.due_at)
    return {name: value for name, value in item.items() if value is not None}


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
        error=_to_failure(error) if error else None,
        publications={name: _to_publication(one) for name, one in item["publications"].items()},
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


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _from_media(media: Media) -> dict[str, Any]:
    return _present(
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


def _from_failure(failure: Failure) -> dict[str, Any]:
    return _present(
        code=failure.code,
        detail=failure.detail,
        vendor=failure.vendor,
        vendor_errors=[dict(one) for one in failure.vendor_errors] or None,
    )


def _to_failure(item: Mapping[str, Any]) -> Failure:
    return Failure(item["code"], item["detail"], item.get("vendor"), tuple(item.get("vendor_errors", ())))


def _from_publication(one: Publication) -> dict[str, Any]:
    return _present(
        marketplace=one.marketplace,
        status=one.status.value,
        attempt=one.attempt,
        external_id=one.external_id,
        url=one.url,
        fees=[dict(fee) for fee in one.fees],
        notices=[dict(notice) for notice in one.notices],
        error=_from_failure(one.error) if one.error else None,
        sent=one.sent or None,
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
        _to_failure(error) if error else None,
        item.get("sent", False),
    )
