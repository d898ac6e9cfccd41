"""Sales and stock delivered by the streams, and the counters after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from souk.storefront.analytics.model.stock import Inventory
from souk.storefront.catalogue.keys import owned_key
from souk.storefront.catalogue.mapping import from_product, from_stock
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
    """The stream's record of one write of an order."""
    return change(from_order(before) if before else None, from_order(after))


def change(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """The stream's record of one write of an item."""
    new = attributes(after)
    old = {"OldImage": attributes(before)} if before else {}
    return {"dynamodb": {"Keys": {name: new[name] for name in ("pk", "sk")}, "NewImage": new, **old}}


def deliver(cloud: Cloud, *versions: Order) -> list[dict[str, Any]]:
    """Store the last of an order's versions, and have the stream deliver all of them; the records."""
    put(cloud, "OrdersTable", from_order(versions[-1]))
    records = [record(before, after) for before, after in zip((None, *versions), versions, strict=False)]
    cloud.invoke("count_sales", {"Records": records})
    return records


def recount(cloud: Cloud, function: str = "rebuild_analytics") -> list[dict[str, Any]]:
    """Recount everything, call by call; the answer of each call."""
    answers: list[dict[str, Any]] = []
    after = None
    while True:
        answers.append(cloud.invoke(function, {"after": after}))
        after = answers[-1]["following"]
        if after is None:
            return answers


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
    """By default of November 2026."""
    return cloud.call(
        "get_seller_analytics",
        caller=caller or Person(seller_id, roles=("user", "seller")),
        params={"seller_id": seller_id},
        query={"from": "2026-11-01", "to": "2026-11-30", **(query or {})},
    )


def stock(cloud: Cloud, seller_id: str, product_id: str, available: int) -> None:
    """A seller has a new product with `available` units, and the stream has delivered it."""
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
    """The inventory in the seller's report."""
    return Inventory(**report(cloud, seller_id).json["inventory"])


def owned(cloud: Cloud, seller_id: str) -> Inventory:
    """The sum over the seller's list of products and their stocks, item by item."""
    items = {(item["pk"], item["sk"]): item for item in cloud.items("CatalogueTable")}
    left = [
        int(items[sk, "STOCK"]["available"])
        for pk, sk in items
        if pk == f"USER#{seller_id}" and sk.startswith("PRODUCT#")
    ]
    return Inventory(len(left), sum(left), left.count(0))


class CatalogueStream:
    """The catalogue's stream, derived from the table before and after each write."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._known: dict[tuple[str, str], dict[str, Any]] = {}

    def new_records(self) -> list[dict[str, Any]]:
        """The records of products and stocks since the last call."""
        now = {(item["pk"], item["sk"]): item for item in self._cloud.items("CatalogueTable")}
        records = [
            change(self._known.get(key), item)
            for key, item in now.items()
            if key[1] in ("PRODUCT", "STOCK") and item != self._known.get(key)
        ]
        self._known = now
        return records
