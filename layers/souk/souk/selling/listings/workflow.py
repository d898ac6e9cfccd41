"""From a change of a listing to its workflow: the only place that starts executions and sends task results.

It reads the table's stream, so there is never a second write after a commit. What it does can be done again: an
execution's name is the listing and its run, and a token that nobody waits for means "begin again from the item".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from souk.selling.listings.model import Listing
from souk.selling.listings.repository import ListingRepository
from souk.selling.photos.service.settling import PhotoProcessing, settle_photos
from souk.shared.clock import Clock
from souk.shared.sweeping import Workflows, is_due, settle_each


@dataclass(frozen=True, slots=True)
class Change:
    """One record of the stream: the listing before (None: it is new) and after (None: it is gone)."""

    before: Listing | None
    after: Listing | None


class Dispatcher:
    def __init__(self, workflows: Workflows, repository: ListingRepository, clock: Clock) -> None:
        self._workflows = workflows
        self._repository = repository
        self._clock = clock

    def dispatch(self, change: Change) -> None:
        """Raises whatever the workflow service raises: the stream then brings the record again."""
        released = change.before.wait if change.before else None
        still_waits = change.after is not None and change.after.wait == released
        begins = change.after is not None and change.after.run > (change.before.run if change.before else 0)
        if released is not None and not still_waits:
            resumed = self._workflows.resume(released.token)
            if not resumed and not begins and change.after is not None and change.after.needs_workflow:
                self._begin_again(change.after)
        if begins and change.after is not None:
            self._workflows.start(execution_name(change.after), execution_input(change.after))

    def _begin_again(self, seen: Listing) -> None:
        """Its workflow has vanished: a new run, which this very stream will bring back here."""
        now = self._clock()
        self._repository.change(
            seen.user_id,
            seen.id,
            now,
            lambda listing: listing.restart(now) if listing.run == seen.run and listing.needs_workflow else listing,
        )


class Sweeper:
    """The guarantee behind the fast path: whatever is overdue is looked at, and set going or settled."""

    def __init__(
        self, workflows: Workflows, repository: ListingRepository, photos: PhotoProcessing, clock: Clock
    ) -> None:
        self._workflows = workflows
        self._repository = repository
        self._photos = photos
        self._clock = clock

    def sweep(self, *, everything: bool) -> int:
        """Settle what is overdue, or whatever is under way when `everything`; answers how many were touched."""
        now = self._clock()

        def settle(seen: Listing) -> bool:
            listing = self._repository.find(seen.user_id, seen.id)
            if listing is None or not is_due(listing.due_at, now, everything=everything):
                return False
            self._settle(listing)
            return True

        return settle_each(self._repository.due(None if everything else now), settle)

    def _settle(self, seen: Listing) -> None:
        now = self._clock()
        change = partial(self._repository.change, seen.user_id, seen.id, now)
        listing = settle_photos(seen, change, partial(self._photos.request, seen.user_id, seen.id), now)
        if listing is None:
            return
        if not listing.needs_workflow:
            if listing.pending_photos and listing.due_at and listing.due_at <= now:
                self._put_off(listing)
            return
        if self._workflows.is_running(execution_name(listing)) and not listing.works_too_long(now):
            self._put_off(listing)
            return
        change(lambda found: found.restart(now) if found.run == listing.run and found.needs_workflow else found)

    def _put_off(self, listing: Listing) -> None:
        now = self._clock()
        self._repository.change(
            listing.user_id,
            listing.id,
            now,
            lambda found: found.look_again(now) if found.due_at == listing.due_at else found,
        )


def execution_name(listing: Listing) -> str:
    return f"{listing.id}-{listing.run}"


def execution_input(listing: Listing) -> dict[str, Any]:
    return {"owner_id": listing.user_id, "listing_id": listing.id, "run": listing.run}
