"""What one listing, from its first word to its page at eBay, and one order, from the basket to the doorstep, make AWS
do: counted, not estimated.

The journeys run in the worlds of tests/harness, where functions, tables, stream and workflow are real and time is not.
They say how often each function runs, which states the workflow enters, and what the workflow and the sweeper ask of
the tables; what a function asks for stands in benchmarks/receipts.json.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest

from souk.selling.listings.model import Status
from souk.storefront.orders.model import Status as OrderStatus
from tests.functions.capacity import Attributes, read_units, write_units, written_keys
from tests.functions.template import logical_id, resources
from tests.harness.journey import Journey
from tests.harness.simulation import Simulation
from tests.harness.storefront.orders.market import ANNA, CATALOGUE, market
from tests.harness.storefront.orders.shopping import paid
from tests.harness.world import world
from tooling.contract.routes import routes

COUNTING: Final = "count_sales"
COUNTED: Final = f"{COUNTING}: a payment"
"""What reads the stream of orders beside the dispatcher: most changes are none of its business, a payment is."""
INDEXING: Final = "index_products"
STOCKTAKING: Final = "count_stock"
_READERS: Final = {
    INDEXING: frozenset({"PRODUCT", "STOCK", "RATING", "SHOP"}),
    STOCKTAKING: frozenset({"PRODUCT", "STOCK"}),
}
"""Which function reads which items from the stream of the catalogue."""


@dataclass
class Units:
    """`invocations` by function path; `requests` are those of the API, `events` those of streams and buckets; units are
    those of the workflow's own states, and of what the sweeper does when something is due.
    """

    invocations: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    events: int = 0
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
    return _summed(units)


def deliver_one() -> Units:
    """One product of one seller put in order, paid, shipped, delivered, and completed two weeks later."""
    with market() as made, _metered(made) as units:
        shopping = paid(made, camera=1)
        for status in ("processing", "shipped", "delivered"):
            shopping.set_status(ANNA, status)
            made.run_what_can()
        made.clock.advance(timedelta(days=15))
        made.sweep()
        made.run_what_can()
        assert shopping.order.status is OrderStatus.COMPLETED
    return _summed(units)


def _summed(units: Units) -> Units:
    endpoints = {route.function for route in routes()}
    units.requests = sum(times for path, times in units.invocations.items() if function_of(path) in endpoints)
    units.events = sum(
        times for path, times in units.invocations.items() if _triggers(path) & {"DynamoDB", "EventBridgeRule"}
    )
    return units


@contextmanager
def _metered(made: Simulation) -> Iterator[Units]:
    """The reader of the orders' stream that the simulation leaves out is called beside the dispatcher. What the
    catalogue's stream reports is counted only: there is no index here, and nobody asks for figures.
    """
    units = Units()
    inside: list[str] = []
    wrote: list[str] = []
    invoke, call = made.invoke, made.store.call

    def item(table: str, key: Attributes) -> Attributes:
        return made.store.item(table, {name: key[name] for name in ("pk", "sk")}) or {}

    def invoked(path: str, event: Mapping[str, Any]) -> Any:
        if path == made.machinery.sweeper:  # it runs by the clock, not for one listing or order; what it does is theirs
            return invoke(path, event)
        inside.append(path)
        wrote.clear()
        answer = invoke(path, event)
        inside.pop()
        units.invocations[COUNTED if path == COUNTING and wrote else path] += 1
        if path == "dispatch_orders":
            invoked(COUNTING, event)
        return answer

    def called(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        name = "".join(word.capitalize() for word in operation.split("_"))
        written = [(table, key, item(table, key)) for table, key in written_keys(name, request)]
        answer = call(operation, request)
        changed = [(table, old, item(table, key)) for table, key, old in written]
        wrote.extend(table for table, old, new in changed if old != new)
        parts_changed = {_part(new) for table, old, new in changed if table == CATALOGUE and old != new}
        units.invocations.update(reader for reader, parts in _READERS.items() if parts_changed & parts)
        if inside:
            return answer
        units.read_units += read_units(name, request, answer)
        for table, old, new in changed:
            indexes = resources("AWS::DynamoDB::Table")[table].get("GlobalSecondaryIndexes", ())
            units.write_units += write_units(name, indexes, old, new)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "invoke", invoked)
        patch.setattr(made.store, "call", called, raising=False)
        made.faults.counting = True
        yield units
    units.states = sum(name.startswith("state:") for name in made.faults.calls)


def _part(item: Attributes) -> str:
    return str(item.get("sk", {}).get("S"))


def _triggers(path: str) -> set[str]:
    """Kinds of events that a function is for."""
    function = resources("AWS::Serverless::Function")[function_of(path)]
    return {event["Type"] for event in function.get("Events", {}).values()}


def function_of(path: str) -> str:
    """The logical id of `<domain>/<verb_noun>`, without what follows a colon."""
    return logical_id(path.partition(":")[0])
