"""A rival at every single call of a publication: whoever comes when, the marketplace has one listing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from souk.selling.listings.model import Status
from tests.harness.journey import Journey, claim_published
from tests.harness.world import world


def _publish_without_waiting(journey: Journey, key: str) -> None:
    answer = journey.world.persist("publish_listing", journey.id, body={}, key=key)
    assert answer.status == 202, answer


def _ask(journey: Journey) -> None:
    _publish_without_waiting(journey, "rival")


def _ask_under_the_same_key(journey: Journey) -> None:
    _publish_without_waiting(journey, "key-mine")


def _ask_and_see_it_through(journey: Journey) -> None:
    """Hours pass meanwhile: the sweeper takes the first one for lost."""
    _ask(journey)
    journey.world.settle()


RIVALS: dict[str, Callable[[Journey], None]] = {
    "asks": _ask,
    "asks under the same key": _ask_under_the_same_key,
    "asks and sees it through": _ask_and_see_it_through,
}


def _race(rival: str, moment: int) -> bool:
    """Publish, with the rival at the call numbered `moment`; False when there are not so many calls."""
    with world() as made:
        journey = Journey(made)
        journey.create()
        journey.go_on(Status.APPROVED)
        came = False

        def interrupt(at: int, _call: str) -> None:
            nonlocal came
            if at == moment:
                made.faults.counting = False
                came = True
                RIVALS[rival](journey)

        made.faults.on_call = interrupt
        made.faults.counting = True
        _publish_without_waiting(journey, "key-mine")
        made.settle()
        made.faults.counting = False
        claim_published(journey)
        return came


@pytest.mark.parametrize("rival", RIVALS)
def test_two_concurrent_publishes_make_one_listing(rival: str) -> None:
    moment = 0
    while _race(rival, moment):
        moment += 1
    assert moment >= 15
