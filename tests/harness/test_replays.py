"""Everything may come twice, late, or from a rival; the marketplace still has one listing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from souk.selling.listings.model import Status
from tests.harness.journey import Journey, claim_gone, claim_published, published
from tests.harness.world import World


def test_delivering_every_record_and_event_twice_changes_nothing(made: World) -> None:
    made.twice = True
    journey = published(made)
    claim_published(journey)
    journey.edit()
    made.settle()
    claim_published(journey)
    journey.delete()
    made.settle()
    claim_gone(journey)


def test_replaying_the_whole_stream_changes_nothing(made: World) -> None:
    journey = published(made)
    before = journey.listing
    made.store.stream[:] = made.delivered
    made.settle()
    claim_published(journey)
    assert journey.listing == before


def test_records_of_different_listings_may_come_in_any_order(made: World) -> None:
    """Shards are in order within a listing, and not among listings."""
    made.shards_backwards = True
    first, second = Journey(made), Journey(made, "other")
    for journey in (first, second):
        journey.create()
    for use_case in (Journey.generate, Journey.approve, Journey.publish):
        for journey in (first, second):
            use_case(journey)
        made.settle()
    assert {first.listing.status, second.listing.status} == {Status.PUBLISHED}
    assert sorted(item.listing_id for item in made.ebay.items) == sorted([first.id, second.id])


def test_the_sweeper_replaces_a_stream_that_delivers_nothing(made: World) -> None:
    journey = Journey(made)
    journey.create()
    journey.generate()
    made.drop_events()
    made.settle()
    assert journey.listing.status is Status.MEDIA_READY
    journey.go_on(Status.APPROVED)
    journey.publish()
    made.drop_events()
    made.settle()
    claim_published(journey)


def test_an_execution_that_vanished_while_waiting_is_replaced(made: World) -> None:
    journey = Journey(made)
    journey.create()
    for use_case in (Journey.generate, Journey.approve, Journey.publish):
        made.settle()
        made.engine.kill_all()
        use_case(journey)
    made.settle()
    claim_published(journey)


def test_a_start_of_the_local_cloud_sweeps_everything_at_once(made: World) -> None:
    journey = Journey(made)
    journey.create()
    journey.go_on(Status.APPROVED)
    journey.publish()
    made.engine.kill_all()
    made.drop_events()
    started = made.clock()
    made.sweep(starting=True)
    made.settle()
    claim_published(journey)
    assert made.clock() - started < timedelta(minutes=1)


def test_a_start_of_the_local_cloud_does_not_reject_photos_that_may_still_arrive(made: World) -> None:
    journey = Journey(made)
    journey.create()
    made.call("add_photos", journey.id, body={"files": [{"content_type": "image/jpeg", "size": 9}]}, key="k")
    made.sweep(starting=True)
    while made.run_requests():
        pass
    assert [photo.status for photo in journey.listing.photos] == ["pending"]


def test_a_photo_that_never_arrives_is_rejected_and_blocks_nothing(made: World) -> None:
    journey = Journey(made)
    journey.create()
    made.call("add_photos", journey.id, body={"files": [{"content_type": "image/jpeg", "size": 9}]}, key="k")
    made.settle()
    assert [(photo.status, photo.reason) for photo in journey.listing.photos] == [
        ("rejected", "The upload never arrived.")
    ]
    journey.go_on(Status.PUBLISHED)
    claim_published(journey)


def test_an_approval_that_is_never_given_ends_the_workflow_after_thirty_days(made: World) -> None:
    journey = Journey(made)
    journey.create()
    journey.go_on(Status.MEDIA_READY)
    made.clock.advance(timedelta(days=30))
    made.settle()
    assert journey.listing.wait is None
    assert [one.status for one in made.engine.executions.values()] == ["SUCCEEDED"]
    journey.go_on(Status.PUBLISHED)
    claim_published(journey)


def test_an_unused_approval_expires_after_thirty_days(made: World) -> None:
    journey = Journey(made)
    journey.create()
    journey.go_on(Status.APPROVED)
    made.clock.advance(timedelta(days=30))
    made.settle()
    assert journey.listing.status is Status.MEDIA_READY
    assert not journey.listing.is_approved
    journey.go_on(Status.PUBLISHED)
    claim_published(journey)


def test_a_superseded_run_cannot_overwrite_its_successor(made: World) -> None:
    """The first revision is at the marketplace when its workflow vanishes; the owner edits again before it answers."""
    journey = published(made)
    journey.edit()

    def rival(_number: int, call: str) -> None:
        if call != "ebay:revise":
            return
        made.faults.on_call = lambda _number, _call: None
        made.engine.kill(made.engine.executions[f"{journey.id}-{journey.listing.run}"])
        made.clock.advance(timedelta(minutes=2))
        made.sweep()
        made.settle()
        made.persist("update_listing", journey.id, body={"title": "The last word"})

    made.faults.counting = True
    made.faults.on_call = rival
    made.settle()
    made.settle()
    assert journey.listing.title == "The last word"
    claim_published(journey)


def test_a_workflow_that_never_progresses_ends_with_a_clear_error(made: World) -> None:
    journey = Journey(made)
    journey.create()
    journey.generate()
    made.engine.stillborn = True
    made.settle()
    error = journey.listing.error
    assert error is not None
    assert (journey.listing.status, error.code) == (Status.ERROR, "generation_unfinished")
    made.engine.stillborn = False
    journey.go_on(Status.PUBLISHED)
    claim_published(journey)


def test_a_listing_that_cannot_be_settled_does_not_block_the_others(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, other = Journey(made), Journey(made, "other")
    for journey in (poisoned, other):
        journey.create()
        journey.generate()
    made.drop_events()
    made.clock.advance(timedelta(minutes=2))
    describe = made.engine.describe_execution

    def refuse(*, executionArn: str) -> dict[str, Any]:  # noqa: N803
        if poisoned.id in executionArn:
            raise RuntimeError("poisoned")
        return describe(executionArn=executionArn)

    monkeypatch.setattr(made.engine, "describe_execution", refuse)
    with pytest.raises(ExceptionGroup, match="could not be settled"):
        made.invoke("sweep_overdue", {})
    assert other.listing.run == 2
    assert poisoned.listing.run == 1


def test_a_photo_that_is_never_processed_is_rejected_and_blocks_nothing(made: World) -> None:
    journey = Journey(made)
    journey.create()
    journey.announce_photo()
    made.drop_events()
    for _ in range(4):
        made.clock.advance(timedelta(minutes=45))
        made.sweep()
        made.drop_events()
    [photo] = journey.listing.photos
    assert (photo.status, photo.reason) == ("rejected", "The photo could not be processed.")
    assert journey.listing.due_at is None
