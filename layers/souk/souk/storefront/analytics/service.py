"""Counting what sold and what is in stock, and telling it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import Final, Protocol

from souk.shared.clock import Clock
from souk.shared.errors import DependencyUnavailable, NotFound
from souk.storefront.analytics.model.counters import Fact, Inventory, Period, Report, Row, Shelf, ShelfMoved
from souk.storefront.analytics.model.facts import facts_of
from souk.storefront.orders.model import Order

_READ_AT_ONCE: Final = 100
_MOST_TRIES: Final = 8


class Counters(Protocol):
    def count(self, fact: Fact) -> bool:
        """Move the counters of a fact, once. False: it was counted before."""
        ...

    def rows(self, seller_id: str, period: Period) -> Iterator[Row]: ...


class Inventories(Protocol):
    def inventory(self, seller_id: str) -> Inventory: ...


class Shelves(Protocol):
    def read(self, product_ids: Sequence[str]) -> Mapping[str, Shelf]:
        """The shelves of at most 100 products, also of those that nothing was told of."""
        ...

    def replace(self, known: Shelf, shelf: Shelf) -> None:
        """Put `shelf` in the place of `known`, and the difference into its seller's inventory. Raises ShelfMoved."""
        ...


class Pages[T](Protocol):
    def page(self, after: Mapping[str, str] | None) -> tuple[tuple[T, ...], dict[str, str] | None]:
        """Some of all that a table tells, and after what the next page starts."""
        ...


@dataclass(frozen=True, slots=True)
class Recount:
    """So many orders, or products, were `read`, and `counted` of what they tell was not, or otherwise.

    `following`: there is more; go on from there.
    """

    read: int
    counted: int
    following: dict[str, str] | None


class SalesCounter:
    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def count(self, facts: Iterable[Fact]) -> int:
        """Each fact once, in order; answers how many were new. What fails stops the rest, and may be tried again."""
        return sum(self._counters.count(fact) for fact in facts)

    def recount(self, orders: Pages[Order], after: Mapping[str, str] | None) -> Recount:
        """Count whatever a page of all orders tells and is not counted yet."""
        found, following = orders.page(after)
        counted = self.count(fact for order in found for fact in facts_of(order))
        return Recount(len(found), counted, following)


class StockCounter:
    """Whoever counts beside another, stream or recount, ends with the newest that either was told."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def count(self, told: Iterable[Shelf]) -> int:
        """Bring shelves to the newest of what is told; answers how many moved an inventory.

        What fails stops the rest, and may be tried again.
        """
        newest: dict[str, Shelf] = {}
        for shelf in told:
            newest[shelf.product_id] = newest.get(shelf.product_id, shelf).newest(shelf)
        moved = 0
        for some in batched(newest, _READ_AT_ONCE, strict=False):
            known = self._shelves.read(some)
            moved += sum(self._bring(known[one], newest[one]) for one in some)
        return moved

    def recount(self, catalogue: Pages[Shelf], after: Mapping[str, str] | None) -> Recount:
        """Count whatever a page of the catalogue tells and is not counted yet."""
        told, following = catalogue.page(after)
        # A product and its stock may be on two pages.
        return Recount(sum(shelf.product_version > 0 for shelf in told), self.count(told), following)

    def _bring(self, known: Shelf, told: Shelf) -> bool:
        for _ in range(_MOST_TRIES):
            newest = known.newest(told)
            if newest == known:
                return False
            try:
                self._shelves.replace(known, newest)
            except ShelfMoved as moved:
                known = moved.shelf
                continue
            return newest.inventory != known.inventory
        raise DependencyUnavailable("The stock is changing too fast. Try again shortly.", retry_after=1)


class AnalyticsService:
    def __init__(self, counters: Counters, inventories: Inventories, clock: Clock) -> None:
        self._counters = counters
        self._inventories = inventories
        self._clock = clock

    def report(
        self, caller_id: str, seller_id: str, first: date | None, last: date | None, currency: str | None
    ) -> Report:
        """Raises NotFound for another's shop, and InvalidRequest."""
        if caller_id != seller_id:
            raise NotFound("There is no such shop of yours.")
        period = Period.of(first, last, self._clock().date())
        rows = self._counters.rows(seller_id, period)
        return Report.of(rows, period, currency, self._inventories.inventory(seller_id))
