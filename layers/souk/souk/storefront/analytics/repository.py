"""Counters and stock snapshots in DynamoDB.

A fact moves all its counters in one transaction with the note that it is counted: it counts once or not at all. A stock
snapshot is replaced in one transaction with its seller's inventory, which moves by the difference: an inventory is the
sum of its seller's snapshots at every moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from souk.aws.tables import Item, Put, Tables, Update
from souk.shared.versioned import Stale
from souk.storefront.analytics.keys import counted_key, day_key, days_between, inventory_key, product_stock_key
from souk.storefront.analytics.mapping import from_product_stock, to_inventory, to_product_stock, to_row
from souk.storefront.analytics.model.counters import Fact, Period, Row, Tally
from souk.storefront.analytics.model.stock import Inventory, ProductStock
from souk.storefront.orders.keys import order_key
from souk.storefront.orders.mapping import to_order
from souk.storefront.orders.model import Order

_PAGE = 1000


class _AlreadyCounted(Exception):
    """The fact moved its counters before."""


class CounterRepository:
    """Implements `souk.storefront.analytics.service.Counters`; that Protocol says what each method does."""

    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def count(self, fact: Fact) -> bool:
        note = Put(
            self._table,
            counted_key(fact.order_id, fact.name),
            condition="attribute_not_exists(#pk)",
            otherwise=_AlreadyCounted(),
        )
        try:
            self._tables.commit(note, *(self._add(row) for row in fact.moves))
        except _AlreadyCounted:
            return False
        return True

    def rows(self, seller_id: str, period: Period) -> Iterator[Row]:
        """One Query for each megabyte of counters."""
        condition = "#pk = :pk AND #sk BETWEEN :first AND :last"
        for item in self._tables.query_all(
            self._table, condition, days_between(seller_id, period.first, period.last), page=_PAGE
        ):
            yield to_row(seller_id, item)

    def _add(self, row: Row) -> Update:
        update, values = _addition(row.tally)
        if row.title is not None:
            update, values = f"SET #title = :title {update}", {**values, "title": row.title}
        key = day_key(row.seller_id, row.day, row.currency, row.product_id)
        return Update(self._table, key, update, values=values)


class StockRepository:
    """Implements `souk.storefront.analytics.service.ProductStocks`; that Protocol says what each method does."""

    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def inventory(self, seller_id: str) -> Inventory:
        """One item, however many products there are."""
        return to_inventory(self._tables.get(self._table, inventory_key(seller_id)))

    def read(self, product_ids: Sequence[str]) -> dict[str, ProductStock]:
        found = map(to_product_stock, self._tables.get_many(self._table, [*map(product_stock_key, product_ids)]))
        return {product_id: ProductStock(product_id) for product_id in product_ids} | {
            stock.product_id: stock for stock in found
        }

    def replace(self, before: ProductStock, after: ProductStock) -> None:
        condition, values = "attribute_not_exists(#pk)", {}
        if before != ProductStock(before.product_id):
            condition = "#product_version = :product_version AND #stock_version = :stock_version"
            values = {"product_version": before.product_version, "stock_version": before.stock_version}
        put = Put(self._table, from_product_stock(after), condition=condition, values=values, otherwise=Stale())
        difference = after.inventory - before.inventory
        if difference == Inventory():
            self._tables.put(put)
            return
        update, moved = _addition(difference)
        self._tables.commit(put, Update(self._table, inventory_key(after.seller_id), update, values=moved))


class TablePages[T]:
    """Scans a table in pages, for rebuilds. `parse` returns None for items to skip."""

    def __init__(self, tables: Tables, table: str, parse: Callable[[Item], T | None]) -> None:
        self._tables = tables
        self._table = table
        self._parse = parse

    def page(self, after: Mapping[str, str] | None) -> tuple[tuple[T, ...], dict[str, str] | None]:
        """The parsed items of a page, and the key after which the next page starts."""
        page = self._tables.scan(self._table, limit=_PAGE, after=after)
        return tuple(parsed for item in page.items if (parsed := self._parse(item)) is not None), page.next_key


def parse_order(item: Item) -> Order | None:
    """The order of an item of the orders table; None for every other item."""
    is_order = str(item["pk"]).startswith("USER#") and str(item["sk"]).startswith(order_key.prefix)
    return to_order(item) if is_order else None


def _addition(counts: Tally | Inventory) -> tuple[str, dict[str, Any]]:
    """The update expression that adds `counts` to an item, and its values; counts of 0 are left out."""
    moved = {name: count for name, count in asdict(counts).items() if count}
    return "ADD " + ", ".join(f"#{name} :{name}" for name in moved), moved
