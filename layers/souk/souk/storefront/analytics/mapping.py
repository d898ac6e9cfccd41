"""Counters and stock snapshots as items of the analytics table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from souk.aws.tables import Item
from souk.storefront.analytics.keys import day_key_parts, product_stock_key
from souk.storefront.analytics.model.counters import Row, Tally
from souk.storefront.analytics.model.stock import Inventory, ProductStock


def to_row(seller_id: str, item: Mapping[str, Any]) -> Row:
    day, currency, product_id = day_key_parts(item["sk"])
    tally = Tally(**_counts(Tally, item))
    return Row(seller_id, day, currency, tally, product_id=product_id, title=item.get("title"))


def to_inventory(item: Mapping[str, Any] | None) -> Inventory:
    """None: nothing of the seller's was counted yet."""
    return Inventory(**_counts(Inventory, item or {}))


def from_product_stock(stock: ProductStock) -> Item:
    members = asdict(stock)
    return {**product_stock_key(members.pop("product_id")), **members}


def to_product_stock(item: Mapping[str, Any]) -> ProductStock:
    return ProductStock(
        product_id=item["pk"].removeprefix("PRODUCT#"),
        seller_id=item["seller_id"],
        listed=item["listed"],
        product_version=int(item["product_version"]),
        available=int(item["available"]),
        stock_version=int(item["stock_version"]),
    )


def _counts(kind: type[Tally | Inventory], item: Mapping[str, Any]) -> dict[str, int]:
    """The counters of an item by name; a counter that never moved is not there."""
    return {field.name: int(item.get(field.name, 0)) for field in fields(kind)}
