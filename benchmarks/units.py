"""What one listing, from its first word to its page at eBay, makes AWS do: counted, not estimated.

The journey runs in the world of tests/harness, where functions, table, stream and workflow are real and time is not. It
says how often each function runs, which states the workflow enters, and what the workflow itself asks of the table;
what a function asks for stands in benchmarks/receipts.json.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from souk.listings.model import Status
from tests.functions.capacity import read_units, write_units, written_keys
from tests.functions.template import logical_id, resources
from tests.harness.journey import Journey
from tests.harness.world import World, world


@dataclass
class Units:
    """`invocations` by function path; `requests` are those of the API; units are those of the workflow's own states."""

    invocations: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    states: int = 0
    read_units: float = 0
    write_units: int = 0


def publish_one() -> Units:
    """One photo announced and uploaded, media generated and approved, the listing published; nothing goes wrong."""
    with world() as made, _metered(made) as units:
        made.studio.polls = 0  # as the real one, which is done when it has started
        journey = Journey(made)
        journey.create()
        journey.announce_photo()
        journey.go_on(Status.PUBLISHED)
    units.requests = sum(times for path, times in units.invocations.items() if _is_endpoint(path))
    return units


@contextmanager
def _metered(made: World) -> Iterator[Units]:
    units = Units()
    inside: list[str] = []
    invoke, call = made.invoke, made.store.call

    def invoked(path: str, event: Mapping[str, Any]) -> Any:
        if path != "operations/sweep_overdue":  # it runs by the clock, not for a listing
            units.invocations[path] += 1
        inside.append(path)
        try:
            return invoke(path, event)
        finally:
            inside.pop()

    def called(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if inside:
            return call(operation, request)
        name = "".join(word.capitalize() for word in operation.split("_"))
        written = [(table, key, made.store.item(table, key)) for table, key in written_keys(name, request)]
        answer = call(operation, request)
        units.read_units += read_units(name, request, answer)
        for table, key, old in written:
            indexes = resources("AWS::DynamoDB::Table")[table].get("GlobalSecondaryIndexes", ())
            units.write_units += write_units(name, indexes, old or {}, made.store.item(table, key) or {})
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "invoke", invoked)
        patch.setattr(made.store, "call", called, raising=False)
        made.faults.counting = True
        yield units
    units.states = sum(name.startswith("state:") for name in made.faults.calls)


def _is_endpoint(path: str) -> bool:
    function = resources("AWS::Serverless::Function")[logical_id(path.split("/")[1])]
    return any(event["Type"] == "HttpApi" for event in function.get("Events", {}).values())
