"""The workflow that generates and publishes a listing, and the sweep that restarts lost ones and settles photos."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from souk.selling.listings.model import Listing
from souk.selling.listings.repository import ListingRepository
from souk.selling.photos.service.intake import PhotoProcessing, settle_photos
from souk.shared.clock import Clock
from souk.shared.versioned import Stale
from souk.shared.workflows import Workflows, execution_name


@dataclass(frozen=True, slots=True)
class ListingWorkflow:
    """Implements `souk.shared.workflows.WorkflowOf`."""

    listings: ListingRepository
    clock: Clock

    def token(self, listing: Listing) -> str | None:
        return listing.wait.token if listing.wait else None

    def document(self, listing: Listing) -> dict[str, Any]:
        return {"owner_id": listing.user_id, "listing_id": listing.id, "run": listing.run}

    def restart(self, seen: Listing) -> None:
        now = self.clock()

        def decide(listing: Listing) -> Listing | None:
            return listing.restart(now) if listing.run == seen.run and listing.needs_workflow else listing

        self.listings.change(seen.user_id, seen.id, now, decide)


@dataclass(frozen=True, slots=True)
class DueListings:
    """Implements `souk.shared.sweeping.DueEntities`."""

    listings: ListingRepository
    photos: PhotoProcessing
    workflows: Workflows
    workflow: ListingWorkflow

    def due(self, before: datetime | None) -> Iterable[Listing]:
        return self.listings.due(before)

    def read(self, found: Listing) -> Listing | None:
        return self.listings.find(found.user_id, found.id)

    def settle(self, entity: Listing, now: datetime, *, everything: bool) -> None:  # noqa: ARG002 - the same either way
        owner_id, listing_id = entity.user_id, entity.id
        change = partial(self.listings.change, owner_id, listing_id, now)
        listing: Listing | None = entity
        try:
            listing = settle_photos(entity, change, partial(self.photos.request, owner_id, listing_id), now)
            if listing is not None and listing.needs_workflow and not self._is_at_work(listing, now):
                self.workflow.restart(listing)
                listing = None
        finally:
            if listing is not None and listing.due_at is not None and listing.due_at <= now:
                with suppress(Stale):  # what has changed it decided when it is due
                    self.listings.save(listing.look_again(now), now)

    def _is_at_work(self, listing: Listing, now: datetime) -> bool:
        return self.workflows.is_running(execution_name(listing)) and not listing.works_too_long(now)
