"""The figures of what is in stock, whatever comes late, twice, in disorder, at once, or not at all.

At every moment they are what the shelves add up to, and in the end what the sellers' products do.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from souk.shared.errors import DependencyUnavailable
from souk.storefront.analytics import repository
from souk.storefront.analytics.model.counters import Shelf
from tests.harness.faults import Fault, Faults, Killed
from tests.harness.store import Record, Store
from tests.harness.storefront.analytics.warehouse import Warehouse, stored

_DEEDS = st.tuples(
    st.sampled_from(["take", "give back", "set", "hide", "remove"]), st.integers(0, 2), st.integers(0, 5)
)
_COUNTING = st.tuples(
    st.sampled_from(["deliver", "repeat", "shuffle", "lose", "read a page", "count a page", "recount"]),
    st.integers(1, 6),
    st.just(0),
)
_STEPS = st.lists(_DEEDS | _DEEDS | _COUNTING, min_size=10, max_size=40)


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Store, Faults]]:
    with stored() as made:
        yield made


@pytest.fixture(scope="module")
def empty(place: tuple[Store, Faults]) -> dict[str, object]:
    return place[0].snapshot()


class Stream:
    """What has been told and not yet counted, and what has been before."""

    def __init__(self, warehouse: Warehouse, chance: Random) -> None:
        self._warehouse = warehouse
        self._chance = chance
        self._waiting: list[Record] = []
        self._past: list[Record] = []
        self._pages: list[tuple[Shelf, ...]] = []
        self._after: dict[str, str] | None = None
        self.lost = False

    def step(self, what: str, size: int) -> None:
        self._waiting += self._warehouse.told()
        match what:
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
        """Everything that is under way comes to its end; what was lost is counted anew."""
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
def test_figures_are_what_shelves_add_up_to_and_in_the_end_what_sellers_have(
    place: tuple[Store, Faults], empty: dict[str, object], steps: list[tuple[str, int, int]], chance: Random, page: int
) -> None:
    store, faults = place
    store.restore(empty)
    warehouse = Warehouse(store, faults)
    stream = Stream(warehouse, chance)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(repository, "_PAGE", page)
        for what, number, amount in steps:
            if what in ("take", "give back", "set", "hide", "remove"):
                warehouse.act(what, number, amount)
            else:
                stream.step(what, number)
            assert warehouse.figures() == warehouse.shelved()
        stream.finish()
    assert warehouse.figures() == warehouse.shelved() == warehouse.owned()


def _traded(warehouse: Warehouse) -> list[Record]:
    """Four products that were made, counted, and then sold, removed, hidden, and filled up."""
    for number in range(4):
        warehouse.act("make", number, 3)
    warehouse.count(warehouse.told())
    deeds = (("take", 0, 3), ("remove", 1, 0), ("hide", 2, 0), ("set", 2, 1), ("give back", 3, 4), ("remove", 3, 0))
    for deed, number, amount in deeds:
        warehouse.act(deed, number, amount)
    return warehouse.told()


def _counts(warehouse: Warehouse, way: str, records: list[Record]) -> None:
    if way == "stream":
        warehouse.count(records)
    else:
        warehouse.recount()


@pytest.mark.parametrize("way", ["stream", "recount"])
@pytest.mark.parametrize("fault", Fault)
def test_whatever_call_fails_it_is_counted_once_when_it_comes_again(
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
        assert warehouse.figures() == warehouse.shelved()
        if faults.struck is None:
            break
        _counts(warehouse, way, records)
        assert warehouse.figures() == warehouse.shelved() == warehouse.owned()
        moment += 1
    assert moment >= 5


def _race(warehouse: Warehouse, way: str, rival: str, moment: int) -> bool:
    """Count, with a rival at the call numbered `moment`; False when there are not so many calls."""
    records, faults = _traded(warehouse), warehouse.faults
    newer: list[Record] = []
    came = False

    def interrupt(at: int, _call: str) -> None:
        nonlocal came
        if at == moment:
            faults.counting = False
            came = True
            if rival == "who knows less":
                warehouse.count(records[1::2])
                return
            warehouse.act("take", 2, 1)
            warehouse.act("relist", 1, 6)
            newer.extend(warehouse.told())
            warehouse.recount()

    faults.calls.clear()
    faults.at, faults.on_call, faults.counting = None, interrupt, True
    try:
        _counts(warehouse, way, records)
    finally:
        faults.counting, faults.on_call = False, lambda _number, _name: None
    assert warehouse.figures() == warehouse.shelved()
    warehouse.count(newer)
    return came


@pytest.mark.parametrize("rival", ["who knows less", "who knows more"])
@pytest.mark.parametrize("way", ["stream", "recount"])
def test_a_rival_at_any_call_puts_nothing_back_and_counts_nothing_twice(
    place: tuple[Store, Faults], empty: dict[str, object], way: str, rival: str
) -> None:
    """Between two calls somebody else counts: some of the same, or all that has changed since."""
    store, faults = place
    for moment in range(100):
        store.restore(empty)
        warehouse = Warehouse(store, faults)
        if not _race(warehouse, way, rival, moment):
            break
        assert warehouse.figures() == warehouse.shelved() == warehouse.owned()
    assert 5 <= moment < 99
