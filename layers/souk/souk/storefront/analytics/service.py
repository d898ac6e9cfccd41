"""Counting sales and stock, and reporting them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import batched
from typing import Final, Protocol

from souk.shared.clock import Clock
from souk.shared.errors import NotFound
from souk.shared.versioned import Stale, retrying
from souk.storefront.analytics.model.counters import Fact, Period, Report, Row
from souk.storefront.analytics.model.facts import facts_of
from souk.storefront.analytics.model.stock import Inventory, ProductStock
from souk.storefront.orders.model import Order

_READ_AT_ONCE: Final = 100


class Counters(Protocol):
    def count(self, fact: Fact) -> bool:
        """Move the counters of a fact, once. False: it was counted before."""
        ...

    def rows(self, seller_id: str, period: Period) -> Iterator[Row]:
        """All counters of a seller in a period."""
        ...


class Inventories(Protocol):
    def inventory(self, seller_id: str) -> Inventory: ...


class ProductStocks(Protocol):
    def read(self, product_ids: Sequence[str]) -> Mapping[str, ProductStock]:
        """The stored snapshots of at most 100 products; an empty snapshot of a product that has none."""
        ...

    def replace(self, before: ProductStock, after: ProductStock) -> None:
        """Replace a snapshot, and add the difference to the seller's inventory.

        Raises Stale unless the stored snapshot has the versions of `before`.
        """
        ...


class Pages[T](Protocol):
    def page(self, after: Mapping[str, str] | None) -> tuple[tuple[T, ...], dict[str, str] | None]:
        """Some of a table's entities, and the key after which the next page starts."""
        ...


@dataclass(frozen=True, slots=True)
class Recount:
    """The number of orders or products `read`, and of facts or products `counted` that were not counted correctly yet.

    `following` is the key to continue after; None: everything was read.
    """

    read: int
    counted: int
    following: dict[str, str] | None


class SalesCounter:
    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def count(self, facts: Iterable[Fact]) -> int:
        """Count each fact once, in order; the number of new ones. An error stops the rest; the call may be repeated."""
        return sum(self._counters.count(fact) for fact in facts)

    def recount(self, orders: Pages[Order], after: Mapping[str, str] | None) -> Recount:
        """Count the facts of a page of all orders that are not counted yet."""
        found, following = orders.page(after)
        counted = self.count(fact for order in found for fact in facts_of(order))
        return Recount(len(found), counted, following)


class StockCounter:
    """Safe to run concurrently, stream beside recount: the newest version wins."""

    def __init__(self, stocks: ProductStocks) -> None:
        self._stocks = stocks

    def count(self, snapshots: Iterable[ProductStock]) -> int:
        """Update stored snapshots to the newest of `snapshots`; the number of updates that changed an inventory.

        An error stops the rest; the call may be repeated.
        """
        newest: dict[str, ProductStock] = {}
        for snapshot in snapshots:
            newest[snapshot.product_id] = newest.get(snapshot.product_id, snapshot).newest(snapshot)
        changed = 0
        for product_ids in batched(newest, _READ_AT_ONCE, strict=False):
            stored = dict(self._stocks.read(product_ids))
            changed += sum(
                retrying("stock", partial(self._update, stored, newest[product_id])) for product_id in product_ids
            )
        return changed

    def recount(self, catalogue: Pages[ProductStock], after: Mapping[str, str] | None) -> Recount:
        """Count the products of a page of the catalogue that are not counted yet, or not as they are now."""
        snapshots, following = catalogue.page(after)
        # A product and its stock are two items, which may be on two pages.
        products = sum(snapshot.product_version > 0 for snapshot in snapshots)
        return Recount(products, self.count(snapshots), following)

    def _update(self, stored: dict[str, ProductStock], snapshot: ProductStock) -> bool:
        """Whether the seller's inventory changed. After a conflict `stored` is current again, for the next attempt."""
        before = stored[snapshot.product_id]
        after = before.newest(snapshot)
        if after == before:
            return False
        try:
            self._stocks.replace(before, after)
        except Stale:
            stored.update(self._stocks.read([snapshot.product_id]))
            raise
        return after.inventory != before.inventory


class AnalyticsService:
    def __init__(self, counters: Counters, inventories: Inventories, clock: Clock) -> None:
        self._counters = counters
        self._inventories = inventories
        self._clock = clock

    def report(
        self, caller_id: str, seller_id: str, first: date | None, last: date | None, currency: str | None
    ) -> Report:
        """Raises NotFound for another seller's shop, and InvalidRequest."""
        if caller_id != seller_id:
            raise NotFound("There is no such shop of yours.")
        period = Period.of(first, last, self._clock().date())
        rows = self._counters.rows(seller_id, period)
        return Report.of(rows, period, currency, self._inventories.inventory(seller_id))
