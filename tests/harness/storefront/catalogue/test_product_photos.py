"""No matter what fails, and whether or not an upload comes, each photo of a product is ready or rejected in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from souk.selling.listings.model import Status
from souk.selling.photos.model import LOOK_AGAIN, UPLOAD_LIFE, PhotoStatus
from tests.harness.branches import explore
from tests.harness.faults import Fault
from tests.harness.journey import Journey, claim_published
from tests.harness.storefront.catalogue.offering import Offering, claim_all_settled
from tests.harness.world import World, world

NEVER_CAME = ("rejected", "The upload never arrived.")


def _faults_of(call: str) -> tuple[Fault, ...]:
    every = (Fault.REFUSED, Fault.LOST, Fault.KILLED)
    return (*every, Fault.BUSY) if call.startswith("dynamodb:") else every


def test_a_photo_is_rejected_when_its_upload_cannot_come_any_more(made: World) -> None:
    offering, announced = Offering(made), made.clock()
    offering.announce()
    made.settle()
    assert offering.verdicts == [NEVER_CAME]
    assert timedelta(0) <= made.clock() - announced - UPLOAD_LIFE <= LOOK_AGAIN
    claim_all_settled(offering)


def test_an_upload_whose_event_is_lost_is_processed_by_the_sweep(made: World) -> None:
    offering = Offering(made)
    offering.upload(offering.announce())
    made.drop_events()
    made.settle()
    assert offering.verdicts == [("ready", None)]
    claim_all_settled(offering)


def test_an_upload_event_delivered_twice_is_processed_once(made: World) -> None:
    made.twice = True
    offering = Offering(made)
    offering.upload(offering.announce())
    made.settle()
    assert offering.verdicts == [("ready", None)]
    claim_all_settled(offering)


def test_a_start_of_the_whole_cloud_does_not_reject_photos_whose_upload_may_still_come(made: World) -> None:
    offering = Offering(made)
    key = offering.announce()
    made.sweep(starting=True)
    made.run_what_can()
    assert [photo.status for photo in offering.photos] == [PhotoStatus.PENDING]
    offering.upload(key)
    made.settle()
    assert offering.verdicts == [("ready", None)]
    claim_all_settled(offering)


def test_a_photo_that_is_never_processed_is_rejected(made: World) -> None:
    offering = Offering(made)
    offering.announce()
    for _ in range(4):
        made.clock.advance(timedelta(minutes=45))
        made.sweep()
        made.drop_events()
    assert offering.verdicts == [("rejected", "The photo could not be processed.")]
    claim_all_settled(offering)


def test_each_of_several_photos_has_an_hour_of_its_own(made: World) -> None:
    offering = Offering(made)
    offering.announce()
    made.clock.advance(timedelta(minutes=50))
    late = offering.announce()
    made.clock.advance(timedelta(minutes=15))
    made.sweep()
    made.run_what_can()
    assert [photo.status for photo in offering.photos] == [PhotoStatus.REJECTED, PhotoStatus.PENDING]
    offering.upload(late)
    made.settle()
    assert offering.verdicts == [NEVER_CAME, ("ready", None)]
    claim_all_settled(offering)


def test_listings_and_products_are_swept_side_by_side(made: World) -> None:
    offering, journey = Offering(made), Journey(made)
    journey.create()
    journey.announce_photo()
    offering.upload(offering.announce())
    made.drop_events()
    journey.go_on(Status.PUBLISHED)
    claim_published(journey)
    assert offering.verdicts == [("ready", None)]
    claim_all_settled(offering)


@pytest.mark.parametrize("comes", [True, False], ids=["it comes", "it never comes"])
def test_whichever_call_fails_the_photo_is_settled(comes: bool) -> None:
    with world() as made:
        offering = Offering(made)

        def play() -> None:
            made.faults.counting = True
            key = offering.announce()
            if comes:
                offering.upload(key)
            else:
                made.clock.advance(UPLOAD_LIFE)  # each minute's look until then would be every other's
            made.settle()
            made.faults.counting = False
            made.settle()
            assert offering.verdicts == [("ready", None) if comes else NEVER_CAME]
            claim_all_settled(offering)

        played, wrong = explore(made.faults, play, _faults_of)
    assert played >= 20
    assert wrong == []
