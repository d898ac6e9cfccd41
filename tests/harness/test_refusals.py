"""Whoever says no, or nothing, is told in his own words, and what may be at the marketplace is never forgotten."""

from __future__ import annotations

from typing import Literal

import pytest

from souk.selling.listings.model import Status
from souk.selling.media.model import MediaBlocked
from souk.shared.errors import VendorProblem
from tests.harness.journey import Journey, claim_gone, claim_published, published
from tests.harness.world import World


def unheard(made: World, mood: Literal["mute", "deaf"] = "mute") -> Journey:
    """Published to a marketplace that did not answer, and is well again: what it made, if anything, is not known."""
    journey = Journey(made)
    journey.create()
    journey.go_on(Status.APPROVED)
    made.ebay.mood = mood
    journey.publish()
    made.settle()
    made.ebay.mood = "well"
    return journey


def test_a_refusal_keeps_the_marketplaces_words_and_the_next_attempt_succeeds(made: World) -> None:
    journey = Journey(made)
    journey.create()
    journey.go_on(Status.APPROVED)
    made.ebay.refuse = "The item specific Colour is missing."
    journey.publish()
    made.settle()
    error = journey.listing.error
    assert error is not None
    assert (error.code, error.detail) == ("vendor_refused", "The item specific Colour is missing.")
    made.ebay.refuse = None
    journey.go_on(Status.PUBLISHED)
    claim_published(journey)


def test_a_revision_that_is_refused_leaves_the_listing_live_and_says_why(made: World) -> None:
    journey = published(made)
    made.ebay.refuse = "The title is not allowed."
    journey.edit()
    made.settle()
    publication = journey.listing.publications["ebay"]
    assert (journey.listing.status, publication.status) == (Status.PUBLISHED, "live")
    assert publication.error is not None
    assert publication.error.detail == "The title is not allowed."


def test_a_listing_ended_at_the_marketplace_is_not_live_and_can_be_published_again(made: World) -> None:
    journey = published(made)
    [first] = made.ebay.items
    first.live = False
    journey.edit()
    made.settle()
    publication = journey.listing.publications["ebay"]
    assert (journey.listing.status, publication.status) == (Status.ERROR, "ended")
    assert journey.listing.error == publication.error
    assert publication.error is not None
    assert publication.error.vendor_errors[0]["code"] == "291"
    journey.publish()
    made.settle()
    [second] = made.ebay.live
    publication = journey.listing.publications["ebay"]
    assert (publication.status, publication.external_id, second.title) == ("live", second.id, journey.listing.title)
    journey.delete()
    made.settle()
    claim_gone(journey)


def test_a_recovered_listing_that_ends_before_its_revision_is_ended(made: World) -> None:
    journey = unheard(made)
    made.ebay.ends_before_revisions = True
    journey.approve()
    journey.publish()
    made.settle()
    assert journey.listing.publications["ebay"].status == "ended"
    made.ebay.ends_before_revisions = False
    journey.publish()
    made.settle()
    assert [item.live for item in made.ebay.items] == [False, True]
    assert journey.listing.status is Status.PUBLISHED


def test_an_edit_after_a_lost_answer_reaches_the_publication(made: World) -> None:
    journey = unheard(made)
    journey.edit()
    journey.go_on(Status.PUBLISHED)
    claim_published(journey)


def test_a_listing_live_after_a_lost_answer_is_kept_when_its_revision_is_refused(made: World) -> None:
    journey = unheard(made)
    made.ebay.refuse_revisions = "The title is not allowed."
    journey.edit()
    journey.approve()
    journey.publish()
    made.settle()
    publication = journey.listing.publications["ebay"]
    assert (journey.listing.status, publication.status) == (Status.PUBLISHED, "live")
    assert publication.external_id == made.ebay.live[0].id
    journey.delete()
    made.settle()
    claim_gone(journey)


def test_a_refusal_after_a_lost_answer_does_not_lose_the_publication(made: World) -> None:
    journey = unheard(made)
    made.ebay.refuse = "Your token has been revoked."
    for _ in range(2):
        journey.approve()
        journey.publish()
        made.settle()
        publication = journey.listing.publications["ebay"]
        assert (journey.listing.status, publication.status) == (Status.ERROR, "unconfirmed")
        assert publication.error is not None
        assert publication.error.detail == "Your token has been revoked."
    made.ebay.refuse = None
    journey.go_on(Status.PUBLISHED)
    claim_published(journey)


@pytest.mark.parametrize("there", ["published", "nothing"])
def test_deleting_a_listing_that_may_be_published_searches_first(made: World, there: str) -> None:
    journey = unheard(made, "mute" if there == "published" else "deaf")
    assert journey.listing.publications["ebay"].status == "unconfirmed"
    journey.delete()
    made.settle()
    claim_gone(journey)


def test_a_listing_that_may_be_published_is_kept_while_the_marketplace_does_not_answer(made: World) -> None:
    journey = unheard(made)
    made.ebay.refuse = "Your token has been revoked."
    journey.delete()
    made.settle()
    listing = journey.listing
    assert (listing.status, listing.publications["ebay"].status) == (Status.ERROR, "unconfirmed")
    assert listing.error is not None
    assert listing.error.detail == "Your token has been revoked."


def test_refused_media_are_reported_and_can_be_generated_again(made: World) -> None:
    journey = Journey(made)
    journey.create()
    made.studio.refuse = MediaBlocked("studio", [VendorProblem("blocked", "This prompt is not allowed.")])
    journey.generate()
    made.settle()
    error = journey.listing.error
    assert error is not None
    assert (journey.listing.status, error.code, error.detail) == (
        Status.ERROR,
        "vendor_refused",
        "This prompt is not allowed.",
    )
    made.studio.refuse = None
    journey.go_on(Status.PUBLISHED)
    claim_published(journey)


def test_a_video_that_never_ends_is_a_clear_error(made: World) -> None:
    journey = Journey(made)
    journey.create()
    made.studio.polls = 10_000
    journey.generate()
    made.settle()
    error = journey.listing.error
    assert error is not None
    assert error.detail == "Making the media took too long. Generate them again."
