"""The table is put back to any earlier moment, after all has happened; the marketplace still has one listing.

A local store that was killed loses its last seconds, a restored one more; what the marketplace has done stays done.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from souk.selling.listings.model import Status
from tests.harness.branches import in_copy
from tests.harness.journey import Journey, claim_published
from tests.harness.world import World, world

_UNDER_WAY = (Status.GENERATING, Status.PUBLISHING)


def _play_and_keep_every_state_of_the_table(made: World) -> tuple[Journey, list[dict[str, Any]]]:
    """All the way to published, and edited there, with a copy of the table after every write."""
    kept: list[dict[str, Any]] = []

    def keep(_number: int, _call: str) -> None:
        if made.store.writes > len(kept):
            kept.append(made.store.snapshot())

    made.faults.on_call = keep
    made.faults.counting = True
    journey = Journey(made)
    journey.create()
    journey.announce_photo()
    journey.go_on(Status.PUBLISHED)
    journey.edit()
    made.settle()
    made.faults.counting = False
    return journey, kept


@pytest.mark.parametrize("edited", [False, True], ids=["unchanged", "edited at once"])
@pytest.mark.parametrize("stopped", [False, True], ids=["workflows go on", "workflows are gone too"])
def test_a_restored_table_never_publishes_a_second_listing(stopped: bool, edited: bool) -> None:
    with world() as made:
        journey, kept = _play_and_keep_every_state_of_the_table(made)

        def recover(snapshot: dict[str, Any]) -> None:
            made.drop_events()
            made.store.restore(snapshot)
            if stopped:
                made.engine.executions.clear()
            if edited and journey.listing.status not in _UNDER_WAY:
                made.call("update_listing", journey.id, body={"title": "Other words"})
            journey.go_on(Status.PUBLISHED)
            # What the table has forgotten while nothing was under way only the owner can say again.
            journey.edit()
            made.settle()
            claim_published(journey)

        outcomes = [in_copy(partial(recover, snapshot)) for snapshot in kept]
    assert len(outcomes) >= 10
    assert [f"{number}: {outcome}" for number, outcome in enumerate(outcomes) if outcome] == []


@pytest.mark.parametrize("at", ["before generating", "while generating", "before approving"])
def test_a_table_restored_under_a_waiting_workflow_continues_from_its_state(at: str) -> None:
    """The workflow waits for what the table has forgotten; it may not keep the sweeper away for ever."""
    with world() as made:
        journey = Journey(made)
        journey.create()
        before = {"before generating": made.store.snapshot()}
        journey.generate()
        before["while generating"] = made.store.snapshot()
        made.settle()
        before["before approving"] = made.store.snapshot()
        journey.go_on(Status.APPROVED)
        made.store.restore(before[at])
        journey.go_on(Status.PUBLISHED)
        claim_published(journey)
