"""Counters of sales, and the report that is made from them. Pure. Money is in whole minor units of its currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from souk.shared.errors import FieldProblem, InvalidRequest
from souk.shared.money import Money
from souk.storefront.analytics.model.stock import Inventory

MOST_DAYS: Final = 366
MOST_PRODUCTS: Final = 1000
_DEFAULT_DAYS: Final = 30
_DEFAULT_CURRENCY: Final = "USD"


@dataclass(frozen=True, slots=True)
class Tally:
    """`revenue`: captured for goods and shipping, without tax. `refunds`: the part of it that was refunded."""

    revenue: int = 0
    refunds: int = 0
    orders: int = 0
    units: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.revenue + other.revenue,
            self.refunds + other.refunds,
            self.orders + other.orders,
            self.units + other.units,
        )

    def __neg__(self) -> Tally:
        return Tally(-self.revenue, -self.refunds, -self.orders, -self.units)

    @property
    def net(self) -> int:
        return self.revenue - self.refunds


@dataclass(frozen=True, slots=True)
class Row:
    """A seller's sales on one UTC day in one currency: of all products, or of one.

    A product's revenue is that of its units, without shipping. Refunds are counted for all products together only.
    """

    seller_id: str
    day: date
    currency: str
    tally: Tally
    product_id: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an order and never changes, and the counters that it moves.

    `name` is unique among the facts of an order.
    """

    order_id: str
    name: str
    moves: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """UTC days, both included."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date | None, last: date | None, today: date) -> Period:
        """`last` is today by default, `first` 29 days earlier. Raises InvalidRequest above 366 days."""
        until = last or today
        since = first or until - min(timedelta(days=_DEFAULT_DAYS - 1), until - date.min)
        if since > until:
            raise _invalid_period("`from` is after `to`.")
        if (until - since).days >= MOST_DAYS:
            raise _invalid_period(f"At most {MOST_DAYS} days can be asked for.")
        return cls(since, until)

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class ProductSales:
    """`title` is the product's title at its latest sale."""

    product_id: str
    title: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Report:
    """A seller's sales in `currency`; `currencies` are all currencies of the seller's sales in the period.

    `by_day` has every day of the period. `by_product` is sorted by revenue, highest first, at most MOST_PRODUCTS.
    """

    period: Period
    currency: str
    currencies: tuple[str, ...]
    total: Tally
    by_day: tuple[tuple[date, Tally], ...]
    by_product: tuple[ProductSales, ...]
    inventory: Inventory

    @classmethod
    def of(cls, rows: Iterable[Row], period: Period, currency: str | None, inventory: Inventory) -> Report:
        """`currency` is by default the one of most orders."""
        all_rows = tuple(rows)
        orders: dict[str, int] = {}
        for row in all_rows:
            if row.product_id is None:
                orders[row.currency] = orders.get(row.currency, 0) + row.tally.orders
        chosen = currency or min(orders, key=lambda code: (-orders[code], code), default=_DEFAULT_CURRENCY)
        chosen_rows = [row for row in all_rows if row.currency == chosen]
        by_day = {day: Tally() for day in period.days}
        for row in chosen_rows:
            if row.product_id is None:
                by_day[row.day] += row.tally
        return cls(
            period=period,
            currency=chosen,
            currencies=tuple(sorted(orders)),
            total=sum(by_day.values(), Tally()),
            by_day=tuple(by_day.items()),
            by_product=_by_product(chosen_rows),
            inventory=inventory,
        )

    def money(self, minor: int) -> Money:
        return Money.from_minor(minor, self.currency)


def _by_product(rows: Iterable[Row]) -> tuple[ProductSales, ...]:
    found: dict[str, ProductSales] = {}
    for row in sorted(rows, key=lambda row: row.day):
        if row.product_id is None:
            continue
        sum_so_far = found[row.product_id].tally if row.product_id in found else Tally()
        found[row.product_id] = ProductSales(row.product_id, row.title or "", sum_so_far + row.tally)
    return tuple(sorted(found.values(), key=lambda sales: (-sales.tally.revenue, sales.product_id))[:MOST_PRODUCTS])


def _invalid_period(detail: str) -> InvalidRequest:
    return InvalidRequest(detail, [FieldProblem("from", detail)])
