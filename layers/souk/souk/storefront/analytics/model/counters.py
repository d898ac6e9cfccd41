"""Counters of sales and of stock, and the report that is made of them. Pure. Money is in whole minor units of its
currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from souk.shared.errors import FieldProblem, InvalidRequest
from souk.shared.money import Money

MOST_DAYS: Final = 366
MOST_PRODUCTS: Final = 1000
_USUAL_DAYS: Final = 30
_USUAL_CURRENCY: Final = "USD"


@dataclass(frozen=True, slots=True)
class Tally:
    """`revenue` is what was captured for goods and shipping, without tax; `refunds` what went back of that."""

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
    """What one seller sold on one UTC day in one currency: of everything, or of one product.

    A product's revenue is that of its units, without shipping; refunds are no product's.
    """

    seller_id: str
    day: date
    currency: str
    tally: Tally
    product_id: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an order once and for all, and the counters it moves.

    `name` tells it from the order's other facts.
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
        """The 30 days that end with `last`, or today, unless told. Raises InvalidRequest beyond 366 days."""
        until = last or today
        since = first or until - min(timedelta(days=_USUAL_DAYS - 1), until - date.min)
        if since > until:
            raise _no_period("`from` is after `to`.")
        if (until - since).days >= MOST_DAYS:
            raise _no_period(f"At most {MOST_DAYS} days can be asked for.")
        return cls(since, until)

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class Inventory:
    """How many products a seller has, units of them in stock, and how many of them have none left."""

    products: int = 0
    units: int = 0
    out_of_stock: int = 0

    def __sub__(self, other: Inventory) -> Inventory:
        return Inventory(
            self.products - other.products, self.units - other.units, self.out_of_stock - other.out_of_stock
        )


@dataclass(frozen=True, slots=True)
class Shelf:
    """What has been told of one product: by itself, whose it is and whether it is in the shop; by its stock, how many
    there are. Each is as of a version, and 0 is that of what nothing was told of.
    """

    product_id: str
    seller_id: str = ""
    listed: bool = False
    product_version: int = 0
    available: int = 0
    stock_version: int = 0

    def newest(self, told: Shelf) -> Shelf:
        """The product as the one of higher version has it, and so the stock: in any order and however often told."""
        newest = self
        if told.product_version > self.product_version:
            newest = replace(newest, seller_id=told.seller_id, listed=told.listed, product_version=told.product_version)
        if told.stock_version > self.stock_version:
            newest = replace(newest, available=told.available, stock_version=told.stock_version)
        return newest

    def says_the_same_as(self, other: Shelf) -> bool:
        """But for the versions."""
        return replace(self, product_version=other.product_version, stock_version=other.stock_version) == other

    @property
    def inventory(self) -> Inventory:
        """What it adds to its seller's: nothing unless it is in the shop and its stock is known."""
        if not self.listed or not self.stock_version:
            return Inventory()
        return Inventory(1, self.available, int(self.available == 0))


class ShelfMoved(Exception):
    """Somebody else has written the shelf meanwhile; it is now as `shelf` says."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf.product_id)
        self.shelf = shelf


@dataclass(frozen=True, slots=True)
class ProductSales:
    """`title` is the one under which it sold last."""

    product_id: str
    title: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Report:
    """A seller's sales in `currency`; `currencies` are all that something was sold in.

    Every day of the period is there. Products come by revenue, the best first, and at most MOST_PRODUCTS of them.
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
        """Without a `currency`, in the one of most orders."""
        every = tuple(rows)
        orders: dict[str, int] = {}
        for row in every:
            if row.product_id is None:
                orders[row.currency] = orders.get(row.currency, 0) + row.tally.orders
        chosen = currency or min(orders, key=lambda one: (-orders[one], one), default=_USUAL_CURRENCY)
        mine = [row for row in every if row.currency == chosen]
        by_day = {day: Tally() for day in period.days}
        for row in mine:
            if row.product_id is None:
                by_day[row.day] += row.tally
        return cls(
            period=period,
            currency=chosen,
            currencies=tuple(sorted(orders)),
            total=sum(by_day.values(), Tally()),
            by_day=tuple(by_day.items()),
            by_product=_by_product(mine),
            inventory=inventory,
        )

    def money(self, minor: int) -> Money:
        return Money.from_minor(minor, self.currency)


def _by_product(rows: Iterable[Row]) -> tuple[ProductSales, ...]:
    found: dict[str, ProductSales] = {}
    for row in sorted(rows, key=lambda one: one.day):
        if row.product_id is None:
            continue
        sum_so_far = found[row.product_id].tally if row.product_id in found else Tally()
        found[row.product_id] = ProductSales(row.product_id, row.title or "", sum_so_far + row.tally)
    return tuple(sorted(found.values(), key=lambda one: (-one.tally.revenue, one.product_id))[:MOST_PRODUCTS])


def _no_period(detail: str) -> InvalidRequest:
    return InvalidRequest(detail, [FieldProblem("from", detail)])
