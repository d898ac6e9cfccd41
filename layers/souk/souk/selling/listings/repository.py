"""Listings in DynamoDB.

Every write of a listing raises its `version` and requires the version it was made from, so that no update is lost. Only
the token of a waiting workflow is written without that, so that it does not change the ETag of the owner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from souk.aws.idempotency import IdempotencyKey, raise_if_recorded, write
from souk.aws.tables import Put, Tables, Update
from souk.aws.versioned import delete_unchanged, put_changed
from souk.selling.listings.keys import generations_key, listing_key, status_key
from souk.selling.listings.mapping import from_listing, to_listing
from souk.selling.listings.model import Listing, Status
from souk.shared.errors import NotFound, TooManyRequests
from souk.shared.versioned import retrying

_QUOTA_LIFE = timedelta(days=2)


class ListingRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def get(self, owner_id: str, listing_id: str) -> Listing:
        """Raises NotFound, also for another owner's listing."""
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
        if status is None:
            items, following = self._tables.list_newest(self._table, listing_key, owner_id, limit=limit, after=after)
            return tuple(map(to_listing, items)), following
        status_pk = status_key.partition(owner_id, status)
        page = self._tables.query(
            self._table,
            "#status_pk = :pk",
            {"pk": status_pk},
            index="by_status",
            newest_first=True,
            limit=limit,
            after={**listing_key(owner_id, after["id"]), "status_pk": status_pk} if after else None,
        )
        next_key = {"id": listing_key.id_of(page.next_key)} if page.next_key else None
        return tuple(map(to_listing, page.items)), next_key

    def add(self, listing: Listing, idempotency: IdempotencyKey | None) -> None:
        """Without a condition: the id is new, and a write that is repeated because its answer was lost is the same."""
        put = Put(self._table, from_listing(listing))
        write(self._tables, self._table, (put,), idempotency, listing.id, listing.created_at)

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
        put = put_changed(self._table, from_listing(saved), listing.version)
        quota = (self._count_generation(listing.user_id, generations_per_day, now),) if generations_per_day else ()
        write(self._tables, self._table, (put, *quota), idempotency, result_id or saved.id, now)
        return saved

    def remove(self, listing: Listing) -> None:
        """Raises Stale."""
        self._tables.delete(delete_unchanged(self._table, listing_key(listing.user_id, listing.id), listing.version))

    def change(
        self, owner_id: str, listing_id: str, now: datetime, decide: Callable[[Listing], Listing | None]
    ) -> Listing | None:
        """What the system does to a listing: read, decide and write, again after a conflict.

        A decision of None removes the listing. Answers it as it is now, or None when it is gone.
        """

        def attempt() -> Listing | None:
            listing = self.find(owner_id, listing_id)
            decided = decide(listing) if listing else None
            if listing is None or decided is listing:
                return listing
            if decided is None:
                self.remove(listing)
                return None
            return self.save(decided, now)

        return retrying("listing", attempt)

    def raise_if_recorded(self, key: IdempotencyKey, now: datetime) -> None:
        """Raises Replayed or IdempotencyKeyReused if `key` was used before."""
        raise_if_recorded(self._tables, self._table, key, now)

    def due(self, before: datetime | None) -> Iterator[Listing]:
        """Listings with a `due_at` until `before`, or with any when it is None. The index lags: read each again."""
        return map(to_listing, self._tables.query_due(self._table, before))

    def _count_generation(self, owner_id: str, limit: int, now: datetime) -> Update:
        return Update(
            self._table,
            generations_key(owner_id, f"{now:%Y-%m-%d}"),
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
