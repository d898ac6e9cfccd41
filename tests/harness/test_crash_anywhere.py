"""Every call of every use case fails once, in every way; the listing always ends published, once, or gone.

A use case is the client's call and all that follows from it: stream, workflow, steps, sweeper. Points are found by a
clean run, so a call that is added is a point that is tested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from souk.selling.listings.model import Status
from tests.harness.branches import explore
from tests.harness.faults import Fault
from tests.harness.journey import Journey, claim_at_rest, claim_gone, claim_published
from tests.harness.world import world


@dataclass(frozen=True)
class UseCase:
    """`prepare` leads up to it, `act` is it with all that follows, `finish` goes on to a claim.

    `fewest`: a run of fewer faults than this has lost sight of its calls.
    """

    prepare: Callable[[Journey], None]
    act: Callable[[Journey], None]
    finish: Callable[[Journey], None]
    fewest: int


def _publish_in_the_end(journey: Journey) -> None:
    journey.go_on(Status.PUBLISHED)
    claim_published(journey)


def _vanish_in_the_end(journey: Journey) -> None:
    for _ in range(3):
        journey.world.settle()
        if journey.world.listing(journey.id) is None:
            break
        journey.delete()
    claim_gone(journey)


def _after(status: Status) -> Callable[[Journey], None]:
    def prepare(journey: Journey) -> None:
        journey.create()
        journey.go_on(status)

    return prepare


def _settled(*acts: Callable[[Journey], None]) -> Callable[[Journey], None]:
    def act(journey: Journey) -> None:
        for one in acts:
            one(journey)
            journey.world.settle()

    return act


def _nothing(_journey: Journey) -> None:
    return


def _lose_an_answer_and_give_up(journey: Journey) -> None:
    """Published, but nobody here knows: the marketplace's answers were lost until the workflow gave up."""
    _after(Status.APPROVED)(journey)
    journey.world.ebay.mood = "mute"
    journey.publish()
    journey.world.settle()
    journey.world.ebay.mood = "well"
    assert journey.listing.status is Status.ERROR
    assert len(journey.world.ebay.live) == 1


def _publish_and_be_shut_out(journey: Journey) -> None:
    journey.world.ebay.last_words = "Your token has been revoked."
    journey.publish()
    journey.world.settle()


def _come_back_and_vanish(journey: Journey) -> None:
    assert journey.listing.publications["ebay"].status in ("live", "unconfirmed")
    journey.world.ebay.refuse = journey.world.ebay.last_words = None
    _vanish_in_the_end(journey)


def _put_the_table_back_to_before_a_listing_that_has_ended(journey: Journey) -> None:
    """The first attempt's key is used up at the marketplace, and the table has never heard of it."""
    _after(Status.APPROVED)(journey)
    before = journey.world.store.snapshot()
    journey.go_on(Status.PUBLISHED)
    journey.delete()
    journey.world.settle()
    claim_gone(journey)
    journey.world.store.restore(before)


def _publish_a_second_attempt_in_the_end(journey: Journey) -> None:
    journey.go_on(Status.PUBLISHED)
    [first, second] = journey.world.ebay.items
    assert (first.live, second.live) == (False, True)
    assert journey.listing.publications["ebay"].external_id == second.id
    claim_at_rest(journey.world)


USE_CASES = {
    "create": UseCase(_nothing, Journey.create, _publish_in_the_end, 3),
    "announce a photo": UseCase(Journey.create, _settled(Journey.announce_photo), _publish_in_the_end, 20),
    "send a photo": UseCase(Journey.create, _settled(Journey.send_photo), _publish_in_the_end, 20),
    "generate": UseCase(
        _settled(Journey.create, Journey.announce_photo), _settled(Journey.generate), _publish_in_the_end, 60
    ),
    "approve": UseCase(_after(Status.MEDIA_READY), _settled(Journey.approve), _publish_in_the_end, 15),
    "publish": UseCase(_after(Status.APPROVED), _settled(Journey.publish), _publish_in_the_end, 35),
    "edit while published": UseCase(_after(Status.PUBLISHED), _settled(Journey.edit), _publish_in_the_end, 25),
    "delete while published": UseCase(_after(Status.PUBLISHED), _settled(Journey.delete), _vanish_in_the_end, 25),
    "publish under the next key": UseCase(
        _put_the_table_back_to_before_a_listing_that_has_ended,
        _settled(Journey.publish),
        _publish_a_second_attempt_in_the_end,
        60,
    ),
    "publish, and be shut out": UseCase(_after(Status.APPROVED), _publish_and_be_shut_out, _come_back_and_vanish, 35),
    "delete what may be published": UseCase(
        _lose_an_answer_and_give_up, _settled(Journey.delete), _vanish_in_the_end, 35
    ),
}


def _faults_of(call: str) -> tuple[Fault, ...]:
    """At a state only the execution can end; a busy answer differs from a refused one at the table only."""
    if call.startswith("state:"):
        return (Fault.KILLED,)
    every = (Fault.REFUSED, Fault.LOST, Fault.KILLED)
    return (*every, Fault.BUSY) if call.startswith("dynamodb:") else every


@pytest.mark.parametrize("name", USE_CASES)
def test_after_any_failed_call_the_listing_reaches_its_end(name: str) -> None:
    use_case = USE_CASES[name]
    with world() as made:
        journey = Journey(made)
        use_case.prepare(journey)

        def play() -> None:
            made.faults.counting = True
            use_case.act(journey)
            made.faults.counting = False
            use_case.finish(journey)

        played, wrong = explore(made.faults, play, _faults_of)
    assert played >= use_case.fewest
    assert wrong == []
