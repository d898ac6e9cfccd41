"""A spent attempt gives way to the next, but only to one that is on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import cast

from souk.errors import VendorProblem
from souk.listings.model import Listing, PublicationStatus, Status
from souk.listings.repository import ListingRepository
from souk.listings.steps import MediaStore, PublishingSteps, Task
from souk.marketplaces.model import AttemptSpent, Marketplace, Offer, Published
from tests.unit.listings.listing_builders import NOW, a_publication, in_status


class OneListing:
    """A repository of one listing. `rival` writes before the first change does."""

    def __init__(self, listing: Listing, rival: Callable[[Listing], Listing] = lambda listing: listing) -> None:
        self.listing = listing
        self._rival = rival

    def find(self, _owner_id: str, _listing_id: str) -> Listing:
        return self.listing

    def change(
        self, _owner_id: str, _listing_id: str, _now: datetime, decide: Callable[[Listing], Listing | None]
    ) -> Listing | None:
        self.listing = self._rival(self.listing)
        decided = decide(self.listing)
        assert decided is not None
        self.listing = decided
        return decided


class NoBytes:
    def load(self, _content_hash: str) -> bytes:
        return b""


class FirstKeySpent:
    def __init__(self) -> None:
        self.keys: list[str] = []

    def publish(self, _offer: Offer, key: str) -> Published:
        self.keys.append(key)
        if len(self.keys) == 1:
            raise AttemptSpent("ebay", [VendorProblem("488", "Used.")])
        return Published("110", "https://ebay.test/itm/110")


def _publishing() -> Listing:
    asked = a_publication(PublicationStatus.PUBLISHING)
    return replace(in_status(Status.PUBLISHING), run=1, publications={asked.marketplace: asked})


def _settle(repository: OneListing) -> tuple[str, list[str]]:
    market = FirstKeySpent()
    steps = PublishingSteps(
        cast(ListingRepository, repository),
        cast(MediaStore, NoBytes()),
        lambda *_: cast(Marketplace, market),
        lambda _listing_id, attempt: f"attempt {attempt}",
        lambda: NOW,
    )
    listing = repository.listing
    [marketplace] = listing.publications
    return steps.settle(Task(listing.user_id, listing.id, 1), marketplace), market.keys


def test_the_next_attempt_publishes_under_its_own_key() -> None:
    repository = OneListing(_publishing())
    assert _settle(repository) == ("live", ["attempt 1", "attempt 2"])
    [publication] = repository.listing.publications.values()
    assert (publication.attempt, publication.external_id) == (2, "110")


def test_a_run_that_has_been_replaced_uses_no_further_key() -> None:
    def newer_run(listing: Listing) -> Listing:
        return replace(listing, run=2)

    assert _settle(OneListing(_publishing(), newer_run)) == ("superseded", ["attempt 1"])
