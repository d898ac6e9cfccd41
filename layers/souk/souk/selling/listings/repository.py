"""Listings in DynamoDB; keys and items are those of `items`.

Every write of a listing counts `version` and is conditional on the version it was made from: no update is lost. Only a
waiting workflow's token is written without counting, so that it does not spoil an owner's ETag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from souk.aws.idempotency import IdempotencyKey, raise_if_recorded, record
from souk.aws.tables import Action, Delete, Put, Tables, Update
from souk.selling.listings.keys import generations_key, listing_key, status_key
from souk.selling.listings.mapping import to_item, to_listing
from souk.selling.listings.model import Listing, Status
from souk.shared.errors import NotFound, TooManyRequests
from souk.shared.versioned import Stale

_QUOTA_LIFE = timedelta(days=2)


class ListingRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def get(self, owner_id: str, listing_id: str) -> Listing:
        """Raises NotFound, also for another owner's listing: it does not stand under this owner's key."""
        item = self._tables.get(self._table, listing_key(owner_id, listing_id))
        if item is None:
            raise NotFound("There is no such listing.")
        return to_listing(item)

    def find(self, owner_id: str, listing_id: str) -> Listing | None:
        item = self._tables.get(self._table, listing_key(owner_id, listing_id))
        return None if item is None else to_listing(item)

    def list(
        self, owner_id: str, *, status: Status | None, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[Listing, ...], dict[str, str] | None]:
        """A page of the owner's listings, newest first. `after` and the second answer are {"id": ...}."""
        start = None
        if after:
            start = dict(listing_key(owner_id, after["id"]))
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
            status_pk = status_key(owner_id, status)
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
        result_id: str | None = None,
        generations_per_day: int | None = None,
    ) -> Listing:
        """Store what was made from version `listing.version`; answers it with its new version.

        Raises Stale. `result_id` is what a replay of the call answers from; by default the listing's id.
        With `generations_per_day` it counts as one, and raises TooManyRequests beyond.
        """
        saved = replace(listing, version=listing.version + 1, updated_at=now)
        put = Put(
            self._table,
            to_item(saved),
            condition="#version = :expected",
            values={"expected": listing.version},
            otherwise=Stale(),
        )
        quota = (self._count_generation(listing.user_id, generations_per_day, now),) if generations_per_day else ()
        self._commit(put, idempotency, now, result_id or saved.id, *quota)
        return saved

    def remove(self, listing: Listing) -> None:
        """Raises Stale."""
        self._tables.delete(
            Delete(
                self._table,
                listing_key(listing.user_id, listing.id),
                condition="#version = :expected",
                values={"expected": listing.version},
                otherwise=Stale(),
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
            except Stale:
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
            generations_key(owner_id, now),
            "SET #expires_at = :expires_at ADD #started :one",
            condition="attribute_not_exists(#started) OR #started < :limit",
            values={"expires_at": int((now + _QUOTA_LIFE).timestamp()), "one": 1, "limit": limit},
            otherwise=TooManyRequests(
                f"You can generate media {limit} times a day.",
                code="generation_quota",
                retry_after=_seconds_to_midnight(now),
            ),
        )


def _seconds_to_midnight(now: datetime) -> int:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return int((midnight - now).total_seconds()) + 1
