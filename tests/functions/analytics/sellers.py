"""Sales told by the stream, and what the counters make of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from souk.catalogue.layout import from_stock, owned_key
from souk.catalogue.model import Stock
from souk.orders.items import from_order
from souk.orders.model import Order
from tests.functions.cloud import Answer, Cloud, Person


def attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in item.items()}


def put(cloud: Cloud, table: str, item: Mapping[str, Any]) -> None:
    cloud.client("dynamodb").put_item(TableName=cloud.physical[table], Item=attributes(item))


def record(before: Order | None, after: Order) -> dict[str, Any]:
    """What the stream says of one write of an order."""
    new = attributes(from_order(after))
    old = {"OldImage": attributes(from_order(before))} if before else {}
    return {"dynamodb": {"Keys": {name: new[name] for name in ("pk", "sk")}, "NewImage": new, **old}}


def tell(cloud: Cloud, *versions: Order) -> list[dict[str, Any]]:
    """Store the last of an order's versions, and have the stream tell all of them; answers its records."""
    put(cloud, "OrdersTable", from_order(versions[-1]))
    records = [record(before, after) for before, after in zip((None, *versions), versions, strict=False)]
    cloud.invoke("analytics/count_sales", {"Records": records})
    return records


def recount(cloud: Cloud) -> list[dict[str, Any]]:
    """Everything counted anew, call by call; answers what each call said."""
    said: list[dict[str, Any]] = []
    after = None
    while True:
        said.append(cloud.invoke("analytics/rebuild_analytics", {"after": after}))
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
        "analytics/get_seller_analytics",
        caller=caller or Person(seller_id, roles=("user", "seller")),
        params={"seller_id": seller_id},
        query={"from": "2026-11-01", "to": "2026-11-30", **(query or {})},
    )


def stock(cloud: Cloud, seller_id: str, product_id: str, available: int) -> None:
    put(cloud, "CatalogueTable", owned_key(seller_id, product_id))
    put(cloud, "CatalogueTable", from_stock(Stock(product_id, available, 1)))
