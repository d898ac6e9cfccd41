"""Inventories under records that come late, twice, out of order, concurrently, or not at all.

At every moment an inventory is the sum of its snapshots, and in the end the sum of its seller's products.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from souk.shared.errors import DependencyUnavailable
from souk.storefront.analytics import repository
from souk.storefront.analytics.model.stock import ProductStock
from tests.harness.faults import Fault, Faults, Killed
from tests.harness.store import Record, Store
from tests.harness.storefront.analytics.warehouse import Warehouse, stored

_ACTIONS = st.tuples(
    st.sampled_from(["take", "give back", "set", "hide", "remove"]), st.integers(0, 2), st.integers(0, 5)
)
_COUNTING = st.tuples(
    st.sampled_from(["deliver", "repeat", "shuffle", "lose", "read a page", "count a page", "recount"]),
    st.integers(1, 6),
    st.just(0),
)
_STEPS = st.lists(_ACTIONS | _ACTIONS | _COUNTING, min_size=10, max_size=40)


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Store, Faults]]:
    with stored() as made:
        yield made


@pytest.fixture(scope="module")
def empty(place: tuple[Store, Faults]) -> dict[str, object]:
    return place[0].snapshot()


class Stream:
    """Records that wait to be counted, and those that were counted before."""

    def __init__(self, warehouse: Warehouse, chance: Random) -> None:
        self._warehouse = warehouse
        self._chance = chance
        self._waiting: list[Record] = []
        self._past: list[Record] = []
        self._pages: list[tuple[ProductStock, ...]] = []
        self._after: dict[str, str] | None = None
        self.lost = False

    def step(self, action: str, size: int) -> None:
        self._waiting += self._warehouse.records()
        match action:
            case "deliver":
                self._count(self._waiting[:size])
                del self._waiting[:size]
            case "repeat":
                self._count(self._chance.choices(self._past, k=size) if self._past else [])
            case "shuffle":
                self._chance.shuffle(self._waiting)
            case "lose":
                self.lost = self.lost or bool(self._waiting)
                del self._waiting[:size]
            case "read a page":
                page, self._after = self._warehouse.pages.page(self._after)
                self._pages.append(page)
            case "count a page":
                if self._pages:
                    self._warehouse.counter.count(self._pages.pop(self._chance.randrange(len(self._pages))))
            case "recount":
                self._warehouse.recount()

    def finish(self) -> None:
        """Count everything that is still waiting; recount if records were lost."""
        self.step("shuffle", 0)
        self.step("deliver", len(self._waiting))
        while self._pages:
            self.step("count a page", 0)
        if self.lost:
            self._warehouse.recount()

    def _count(self, records: list[Record]) -> None:
        self._warehouse.count(records)
        self._past += records


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS, st.randoms(use_true_random=False), st.integers(1, 7))
def test_inventories_are_the_sums_of_their_snapshots_and_in_the_end_of_the_sellers_products(
    place: tuple[Store, Faults], empty: dict[str, object], steps: list[tuple[str, int, int]], chance: Random, page: int
) -> None:
    store, faults = place
    store.restore(empty)
    warehouse = Warehouse(store, faults)
    stream = Stream(warehouse, chance)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(repository, "_PAGE", page)
        for action, number, amount in steps:
            if action in ("take", "give back", "set", "hide", "remove"):
                warehouse.act(action, number, amount)
            else:
                stream.step(action, number)
            assert warehouse.figures() == warehouse.summed_snapshots()
        stream.finish()
    assert warehouse.figures() == warehouse.summed_snapshots() == warehouse.owned()


def _traded(warehouse: Warehouse) -> list[Record]:
    """Records of four products that were created and counted, and then sold, removed, hidden and restocked."""
    for number in range(4):
        warehouse.act("make", number, 3)
    warehouse.count(warehouse.records())
    actions = (("take", 0, 3), ("remove", 1, 0), ("hide", 2, 0), ("set", 2, 1), ("give back", 3, 4), ("remove", 3, 0))
    for action, number, amount in actions:
        warehouse.act(action, number, amount)
    return warehouse.records()


def _counts(warehouse: Warehouse, way: str, records: list[Record]) -> None:
    if way == "stream":
        warehouse.count(records)
    else:
        warehouse.recount()


@pytest.mark.parametrize("way", ["stream", "recount"])
@pytest.mark.parametrize("fault", Fault)
def test_stock_is_counted_once_after_a_failure_at_any_call(
    place: tuple[Store, Faults], empty: dict[str, object], fault: Fault, way: str
) -> None:
    store, faults = place
    moment = 0
    while True:
        store.restore(empty)
        warehouse = Warehouse(store, faults)
        records = _traded(warehouse)
        faults.calls.clear()
        faults.plan(moment, fault)
        faults.counting = True
        try:
            _counts(warehouse, way, records)
        except (DependencyUnavailable, Killed):
            assert fault is not Fault.BUSY
        finally:
            faults.counting = False
        assert warehouse.figures() == warehouse.summed_snapshots()
        if faults.struck is None:
            break
        _counts(warehouse, way, records)
        assert warehouse.figures() == warehouse.summed_snapshots() == warehouse.owned()
        moment += 1
    assert moment >= 5


def _race(warehouse: Warehouse, way: str, rival: str, moment: int) -> bool:
    """Count, with a concurrent counter at call number `moment`; False when there are fewer calls."""
    records, faults = _traded(warehouse), warehouse.faults
    newer: list[Record] = []
    came = False

    def interrupt(at: int, _call: str) -> None:
        nonlocal came
        if at == moment:
            faults.counting = False
            came = True
            if rival == "with older records":
                warehouse.count(records[1::2])
                return
            warehouse.act("take", 2, 1)
            warehouse.act("relist", 1, 6)
            newer.extend(warehouse.records())
            warehouse.recount()

    faults.calls.clear()
    faults.at, faults.on_call, faults.counting = None, interrupt, True
    try:
        _counts(warehouse, way, records)
    finally:
        faults.counting, faults.on_call = False, lambda _number, _name: None
    assert warehouse.figures() == warehouse.summed_snapshots()
    warehouse.count(newer)
    return came


@pytest.mark.parametrize("rival", ["with older records", "with newer records"])
@pytest.mark.parametrize("way", ["stream", "recount"])
def test_a_concurrent_count_at_any_call_restores_no_older_state_and_counts_nothing_twice(
    place: tuple[Store, Faults], empty: dict[str, object], way: str, rival: str
) -> None:
    """Between two calls another counter counts: some of the same records, or everything that changed since."""
    store, faults = place
    for moment in range(100):
        store.restore(empty)
        warehouse = Warehouse(store, faults)
        if not _race(warehouse, way, rival, moment):
            break
        assert warehouse.figures() == warehouse.summed_snapshots() == warehouse.owned()
    assert 5 <= moment < 99
