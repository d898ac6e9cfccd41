"""Counting what sold, and telling it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from souk.analytics.facts import facts_of
from souk.analytics.model import Fact, Inventory, Period, Report, Row
from souk.clock import Clock
from souk.errors import NotFound
from souk.orders.model import Order


class Counters(Protocol):
    def count(self, fact: Fact) -> bool:
        """Move the counters of a fact, once. False: it was counted before."""
        ...

    def rows(self, seller_id: str, period: Period) -> Iterator[Row]: ...


class Stocks(Protocol):
    def inventory(self, seller_id: str) -> Inventory: ...


class Orders(Protocol):
    def page(self, after: Mapping[str, str] | None) -> tuple[tuple[Order, ...], dict[str, str] | None]:
        """Some of all orders, and after what the next page starts."""
        ...


@dataclass(frozen=True, slots=True)
class Recount:
    """`counted` of the facts of `orders` were missing. `following`: there is more; go on from there."""

    orders: int
    counted: int
    following: dict[str, str] | None


class SalesCounter:
    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def count(self, facts: Iterable[Fact]) -> int:
        """Each fact once, in order; answers how many were new. What fails stops the rest, and may be tried again."""
        return sum(self._counters.count(fact) for fact in facts)

    def recount(self, orders: Orders, after: Mapping[str, str] | None) -> Recount:
        """Count whatever a page of all orders tells and is not counted yet."""
        found, following = orders.page(after)
        counted = self.count(fact for order in found for fact in facts_of(order))
        return Recount(len(found), counted, following)


class AnalyticsService:
    def __init__(self, counters: Counters, stocks: Stocks, clock: Clock) -> None:
        self._counters = counters
        self._stocks = stocks
        self._clock = clock

    def report(
        self, caller_id: str, seller_id: str, first: date | None, last: date | None, currency: str | None
    ) -> Report:
        """Raises NotFound for another's shop, and InvalidRequest."""
        if caller_id != seller_id:
            raise NotFound("There is no such shop of yours.")
        period = Period.of(first, last, self._clock().date())
        rows = self._counters.rows(seller_id, period)
        return Report.of(rows, period, currency, self._stocks.inventory(seller_id))
