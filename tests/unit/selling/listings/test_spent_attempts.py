"""Every attempt is recorded before it is sent, and a spent attempt is followed by the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import pytest

from souk.selling.listings.model import Listing, PublicationStatus, Status
from souk.selling.listings.repository import ListingRepository
from souk.selling.listings.service.media_steps import MediaStore, Task
from souk.selling.listings.service.publishing import PublishingSteps
from souk.selling.marketplaces.model import AttemptSpent, ListingOffer, Marketplace, Published
from souk.shared.errors import Conflict, VendorFailed, VendorProblem, VendorRefused
from tests.unit.selling.listings.listing_builders import NOW, a_publication, in_status


class OneListing:
    """A repository of one listing. `rival` writes before the change with the number `before`."""

    def __init__(
        self, listing: Listing, rival: Callable[[Listing], Listing] = lambda listing: listing, before: int = 1
    ) -> None:
        self.listing = listing
        self.written: list[Listing] = []
        self._rival = rival
        self._before = before

    def find(self, _owner_id: str, _listing_id: str) -> Listing:
        return self.listing

    def change(
        self, _owner_id: str, _listing_id: str, _now: datetime, decide: Callable[[Listing], Listing | None]
    ) -> Listing | None:
        if len(self.written) + 1 == self._before:
            self.listing = self._rival(self.listing)
        decided = decide(self.listing)
        assert decided is not None
        self.written.append(decided)
        self.listing = decided
        return decided


class NoBytes:
    def load(self, _content_hash: str) -> bytes:
        return b""


class Market:
    """Answers each call with the next of `answers`: an id, or an error."""

    def __init__(self, *answers: str | Exception) -> None:
        self.keys: list[str] = []
        self._answers = iter(answers)

    def publish(self, _offer: ListingOffer, key: str) -> Published:
        self.keys.append(key)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return Published(answer, f"https://ebay.test/itm/{answer}")


SPENT = AttemptSpent("ebay", [VendorProblem("488", "Used.")])
REFUSED = VendorRefused("ebay", [VendorProblem("931", "Revoked.")])
LOST = VendorFailed("ebay", "No answer.")


def _publishing(**fields: Any) -> Listing:
    asked = a_publication(PublicationStatus.PUBLISHING, **fields)
    return replace(in_status(Status.PUBLISHING), run=1, publications={asked.marketplace: asked})


def _settle(repository: OneListing, market: Market, connect: Callable[[], None] = lambda: None) -> str:
    def marketplace(*_: str) -> Marketplace:
        connect()
        return cast(Marketplace, market)

    steps = PublishingSteps(
        cast(ListingRepository, repository),
        cast(MediaStore, NoBytes()),
        marketplace,
        lambda _listing_id, attempt: f"attempt {attempt}",
        lambda: NOW,
    )
    listing = repository.listing
    return steps.settle(Task(listing.user_id, listing.id, 1), "ebay")


def _newer_run(listing: Listing) -> Listing:
    return replace(listing, run=2)


def _further_attempt(listing: Listing) -> Listing:
    return _publishing(attempt=2, sent=True)


def test_the_next_attempt_publishes_with_its_own_key() -> None:
    repository, market = OneListing(_publishing()), Market(SPENT, "110")
    assert _settle(repository, market) == "live"
    assert market.keys == ["attempt 1", "attempt 2"]
    publication = repository.listing.publications["ebay"]
    assert (publication.attempt, publication.external_id, publication.sent) == (2, "110", False)


def test_an_attempt_is_on_record_as_sent_while_its_outcome_is_unknown() -> None:
    repository = OneListing(_publishing())
    with pytest.raises(VendorFailed):
        _settle(repository, Market(LOST))
    assert repository.listing.publications["ebay"].sent
    before = len(repository.written)
    with pytest.raises(VendorFailed):
        _settle(repository, Market(LOST))
    assert len(repository.written) == before


@pytest.mark.parametrize(("sent", "outcome"), [(False, "failed"), (True, "unconfirmed")])
def test_a_refusal_settles_only_an_attempt_that_was_not_sent_before(sent: bool, outcome: str) -> None:
    repository = OneListing(_publishing(sent=sent))
    assert _settle(repository, Market(REFUSED)) == outcome
    assert repository.listing.publications["ebay"].sent is sent


@pytest.mark.parametrize(("sent", "outcome"), [(False, "failed"), (True, "unconfirmed")])
def test_without_a_connection_nothing_is_sent_and_no_attempt_is_forgotten(sent: bool, outcome: str) -> None:
    def disconnected() -> None:
        raise Conflict("Connect your ebay account first.", code="platform_not_connected")

    repository, market = OneListing(_publishing(sent=sent)), Market()
    assert _settle(repository, market, disconnected) == outcome
    assert (market.keys, len(repository.written)) == ([], 1)


def test_an_attempt_sent_by_another_step_meanwhile_counts_as_sent() -> None:
    """Both steps read it as not sent; only one of them records it first."""
    repository = OneListing(_publishing(), lambda _listing: _publishing(sent=True))
    assert _settle(repository, Market(REFUSED)) == "unconfirmed"


@pytest.mark.parametrize("rival", [_newer_run, _further_attempt])
@pytest.mark.parametrize(("before", "keys"), [(1, []), (2, ["attempt 1"])])
def test_a_superseded_step_uses_no_further_key(
    rival: Callable[[Listing], Listing], before: int, keys: list[str]
) -> None:
    market = Market(SPENT, "110")
    outcome = _settle(OneListing(_publishing(), rival, before), market)
    if (rival, before) == (_further_attempt, 2):
        # The rival's attempt is the next attempt.
        assert (outcome, market.keys) == ("live", ["attempt 1", "attempt 2"])
    else:
        assert (outcome, market.keys) == ("superseded", keys)
