"""Counters in DynamoDB.

    pk               sk                                 what
    SHOP#<seller>    DAY#<day>#<currency>               revenue, refunds, orders and units of a UTC day
    SHOP#<seller>    DAY#<day>#<currency>#<product>     the same of one product, and the title it sold under
    SEEN#<order>     <fact>                             that a fact is counted; it stays for as long as the counters
    SHOP#<seller>    INVENTORY                          products in the shop, units of them, and those of which none is
    PRODUCT#<id>     SHELF                              a product as it is counted in there, and as of which versions

A fact moves all its counters in one transaction with the note that it is counted, so it counts once or not at all. A
shelf moves its seller's inventory in one transaction with itself, by the difference: so that is what all shelves add up
to, at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from souk.aws.tables import Item, Put, Tables, Update
from souk.storefront.analytics.model.counters import Fact, Inventory, Period, Row, Shelf, ShelfMoved, Tally
from souk.storefront.orders.keys import ORDER
from souk.storefront.orders.mapping import to_order
from souk.storefront.orders.model import Order

_PREFIX = "DAY#"
_PAGE = 1000
_COUNTERS = ("revenue", "refunds", "orders", "units")


class _AlreadyCounted(Exception):
    """The fact moved its counters before."""


class CounterRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def count(self, fact: Fact) -> bool:
        """Move the counters of a fact, once. False: it was counted before."""
        seen = Put(
            self._table,
            {"pk": f"SEEN#{fact.order_id}", "sk": fact.name},
            condition="attribute_not_exists(#pk)",
            otherwise=_AlreadyCounted(),
        )
        try:
            self._tables.commit(seen, *(self._move(row) for row in fact.moves))
        except _AlreadyCounted:
            return False
        return True

    def rows(self, seller_id: str, period: Period) -> Iterator[Row]:
        """All counters of a period: one Query for each megabyte of them."""
        values = {
            "pk": f"SHOP#{seller_id}",
            "first": f"{_PREFIX}{period.first.isoformat()}",
            # Behind everything of the last day.
            "last": f"{_PREFIX}{period.last.isoformat()}~",
        }
        for item in self._tables.query_all(
            self._table, "#pk = :pk AND #sk BETWEEN :first AND :last", values, page=_PAGE
        ):
            yield _to_row(seller_id, item)

    def _move(self, row: Row) -> Update:
        moved = {name: count for name, count in asdict(row.tally).items() if count}
        adding = "ADD " + ", ".join(f"#{name} :{name}" for name in moved)
        values: dict[str, Any] = dict(moved)
        if row.title is not None:
            adding, values = f"SET #title = :title {adding}", {**values, "title": row.title}
        return Update(self._table, _key(row), adding, values=values)


class ShelfRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def inventory(self, seller_id: str) -> Inventory:
        """One item, however many products there are."""
        item = self._tables.get(self._table, _inventory_key(seller_id)) or {}
        return Inventory(**{field.name: int(item.get(field.name, 0)) for field in fields(Inventory)})

    def read(self, product_ids: Sequence[str]) -> dict[str, Shelf]:
        """The shelves of at most 100 products, also of those that nothing was told of."""
        found = self._tables.get_many(self._table, [_shelf_key(one) for one in product_ids])
        return {one: Shelf(one) for one in product_ids} | {shelf.product_id: shelf for shelf in map(_to_shelf, found)}

    def replace(self, known: Shelf, shelf: Shelf) -> None:
        """Put `shelf` in the place of `known`, and the difference into its seller's inventory. Raises ShelfMoved."""
        as_known, values = "attribute_not_exists(#pk)", {}
        if known != Shelf(known.product_id):
            as_known = "#product_version = :product_version AND #stock_version = :stock_version"
            values = {"product_version": known.product_version, "stock_version": known.stock_version}
        put = Put(
            self._table,
            _from_shelf(shelf),
            condition=as_known,
            values=values,
            otherwise=lambda item: ShelfMoved(_to_shelf(item) if item else Shelf(known.product_id)),
        )
        moved = {name: count for name, count in asdict(shelf.inventory - known.inventory).items() if count}
        if not moved:
            self._tables.put(put)
            return
        adding = "ADD " + ", ".join(f"#{name} :{name}" for name in moved)
        self._tables.commit(put, Update(self._table, _inventory_key(shelf.seller_id), adding, values=moved))


class TablePages[T]:
    """All that the items of a table tell, page by page, in no order: for a rebuild. `told` answers None for nothing."""

    def __init__(self, tables: Tables, table: str, told: Callable[[Item], T | None]) -> None:
        self._tables = tables
        self._table = table
        self._told = told

    def page(self, after: Mapping[str, str] | None) -> tuple[tuple[T, ...], dict[str, str] | None]:
        """What some of all items tell, and after what the next page starts."""
        page = self._tables.scan(self._table, limit=_PAGE, after=after)
        return tuple(one for item in page.items if (one := self._told(item)) is not None), page.next_key


def order_of(item: Item) -> Order | None:
    is_order = str(item["pk"]).startswith("USER#") and str(item["sk"]).startswith(ORDER)
    return to_order(item) if is_order else None


def _key(row: Row) -> dict[str, str]:
    parts = (row.day.isoformat(), row.currency, *([row.product_id] if row.product_id else []))
    return {"pk": f"SHOP#{row.seller_id}", "sk": _PREFIX + "#".join(parts)}


def _to_row(seller_id: str, item: Item) -> Row:
    day, currency, *product = item["sk"].removeprefix(_PREFIX).split("#")
    return Row(
        seller_id=seller_id,
        day=date.fromisoformat(day),
        currency=currency,
        tally=Tally(**{name: int(item.get(name, 0)) for name in _COUNTERS}),
        product_id=product[0] if product else None,
        title=item.get("title"),
    )


def _inventory_key(seller_id: str) -> dict[str, str]:
    return {"pk": f"SHOP#{seller_id}", "sk": "INVENTORY"}


def _shelf_key(product_id: str) -> dict[str, str]:
    return {"pk": f"PRODUCT#{product_id}", "sk": "SHELF"}


def _from_shelf(shelf: Shelf) -> Item:
    told = asdict(shelf)
    return {**_shelf_key(told.pop("product_id")), **told}


def _to_shelf(item: Item) -> Shelf:
    return Shelf(
        product_id=item["pk"].removeprefix("PRODUCT#"),
        seller_id=item["seller_id"],
        listed=item["listed"],
        product_version=int(item["product_version"]),
        available=int(item["available"]),
        stock_version=int(item["stock_version"]),
    )
