"""Sales and stock told by the streams, and what the counters make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from souk.storefront.analytics.model.counters import Inventory
from souk.storefront.catalogue.keys import from_product, from_stock, owned_key
from souk.storefront.catalogue.model import Product, Stock
from souk.storefront.orders.mapping import from_order
from souk.storefront.orders.model import Order
from tests.functions.cloud import Answer, Cloud, Person
from tests.unit.storefront.catalogue.product_builders import a_product


def attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in item.items()}


def put(cloud: Cloud, table: str, item: Mapping[str, Any]) -> None:
    cloud.client("dynamodb").put_item(TableName=cloud.physical[table], Item=attributes(item))


def record(before: Order | None, after: Order) -> dict[str, Any]:
    """What the stream says of one write of an order."""
    return change(from_order(before) if before else None, from_order(after))


def change(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """What the stream says of one write of an item."""
    new = attributes(after)
    old = {"OldImage": attributes(before)} if before else {}
    return {"dynamodb": {"Keys": {name: new[name] for name in ("pk", "sk")}, "NewImage": new, **old}}


def tell(cloud: Cloud, *versions: Order) -> list[dict[str, Any]]:
    """Store the last of an order's versions, and have the stream tell all of them; answers its records."""
    put(cloud, "OrdersTable", from_order(versions[-1]))
    records = [record(before, after) for before, after in zip((None, *versions), versions, strict=False)]
    cloud.invoke("count_sales", {"Records": records})
    return records


def recount(cloud: Cloud, function: str = "rebuild_analytics") -> list[dict[str, Any]]:
    """Everything counted anew, call by call; answers what each call said."""
    said: list[dict[str, Any]] = []
    after = None
    while True:
        said.append(cloud.invoke(function, {"after": after}))
        after = said[-1]["following"]
        if after is None:
            return said


def empty(cloud: Cloud) -> None:
    """Lose all counters."""
    for item in cloud.items("AnalyticsTable"):
        key = {name: {"S": item[name]} for name in ("pk", "sk")}
        cloud.client("dynamodb").delete_item(TableName=cloud.physical["AnalyticsTable"], Key=key)


def counters(cloud: Cloud) -> dict[tuple[str, str], dict[str, Any]]:
    """Every item of the table by its key, without the counters that are zero."""
    return {
        (item["pk"], item["sk"]): {
            name: value for name, value in item.items() if name not in ("pk", "sk") and value != 0
        }
        for item in cloud.items("AnalyticsTable")
    }


def report(
    cloud: Cloud, seller_id: str, query: Mapping[str, str] | None = None, caller: Person | None = None
) -> Answer:
    """Of November 2026 unless told."""
    return cloud.call(
        "get_seller_analytics",
        caller=caller or Person(seller_id, roles=("user", "seller")),
        params={"seller_id": seller_id},
        query={"from": "2026-11-01", "to": "2026-11-30", **(query or {})},
    )


def stock(cloud: Cloud, seller_id: str, product_id: str, available: int) -> None:
    """A seller has a new product, with so many of it, and the stream has told it."""
    offered = product(seller_id, product_id)
    items = (from_product(offered), from_stock(Stock(product_id, available, 1)))
    for item in (*items, owned_key(seller_id, product_id)):
        put(cloud, "CatalogueTable", item)
    count_stock(cloud, [change(None, item) for item in items])


def product(seller_id: str, product_id: str) -> Product:
    return a_product(id=product_id, seller_id=seller_id)


def count_stock(cloud: Cloud, records: Sequence[Mapping[str, Any]]) -> None:
    cloud.invoke("count_stock", {"Records": records})


def inventory(cloud: Cloud, seller_id: str) -> Inventory:
    """As the report tells it."""
    return Inventory(**report(cloud, seller_id).json["inventory"])


def owned(cloud: Cloud, seller_id: str) -> Inventory:
    """What a seller's list of products and their stocks add up to, item by item."""
    items = {(item["pk"], item["sk"]): item for item in cloud.items("CatalogueTable")}
    left = [
        int(items[sk, "STOCK"]["available"])
        for pk, sk in items
        if pk == f"USER#{seller_id}" and sk.startswith("PRODUCT#")
    ]
    return Inventory(len(left), sum(left), left.count(0))


class CatalogueStream:
    """What the catalogue's stream says of each write, found by looking at the table after it."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._known: dict[tuple[str, str], dict[str, Any]] = {}

    def says(self) -> list[dict[str, Any]]:
        """Of products and stocks, since it was asked last."""
        now = {(item["pk"], item["sk"]): item for item in self._cloud.items("CatalogueTable")}
        told = [
            change(self._known.get(key), item)
            for key, item in now.items()
            if key[1] in ("PRODUCT", "STOCK") and item != self._known.get(key)
        ]
        self._known = now
        return told
