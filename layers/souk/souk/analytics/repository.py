"""Counters in DynamoDB.

    pk               sk                                 what
    SHOP#<seller>    DAY#<day>#<currency>               revenue, refunds, orders and units of a UTC day
    SHOP#<seller>    DAY#<day>#<currency>#<product>     the same of one product, and the title it sold under
    SEEN#<order>     <fact>                             that a fact is counted; it stays for as long as the counters

A fact moves all its counters in one transaction with the note that it is counted, so it counts once or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from souk.analytics.model import Fact, Inventory, Period, Row, Tally
from souk.aws.tables import Item, Put, Tables, Update
from souk.catalogue.layout import owned_key, stock_key
from souk.orders.items import to_order
from souk.orders.layout import ORDER
from souk.orders.model import Order

_PREFIX = "DAY#"
_PAGE = 1000
_BATCH = 100
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


class StockRepository:
    """Reads the stock of everything that a seller offers."""

    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def inventory(self, seller_id: str) -> Inventory:
        """One Query for each megabyte of the seller's pointers, and one batch for each hundred products."""
        pointer = owned_key(seller_id, "")
        ids = [
            item["sk"].removeprefix(pointer["sk"])
            for item in self._tables.query_all(
                self._table,
                "#pk = :pk AND begins_with(#sk, :prefix)",
                {"pk": pointer["pk"], "prefix": pointer["sk"]},
                page=_PAGE,
            )
        ]
        left: list[int] = []
        for start in range(0, len(ids), _BATCH):
            stocks = self._tables.get_many(self._table, [stock_key(one) for one in ids[start : start + _BATCH]])
            left += [int(stock["available"]) for stock in stocks]
        return Inventory(len(left), sum(left), left.count(0))


class OrderPages:
    """All orders, page by page, in no order: for a rebuild."""

    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def page(self, after: Mapping[str, str] | None) -> tuple[tuple[Order, ...], dict[str, str] | None]:
        """Some of all orders, and after what the next page starts."""
        page = self._tables.scan(self._table, limit=_PAGE, after=after)
        orders = tuple(to_order(item) for item in page.items if _is_order(item))
        return orders, page.next_key


def _is_order(item: Item) -> bool:
    return str(item["pk"]).startswith("USER#") and str(item["sk"]).startswith(ORDER)


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
