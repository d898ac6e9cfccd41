"""Buyers who received a product, and their reviews."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from souk.shared.money import Money
from souk.storefront.catalogue.mapping import from_product
from souk.storefront.catalogue.model import Product
from souk.storefront.orders.keys import bought_key
from souk.storefront.sellers.mapping import from_shop
from souk.storefront.sellers.model import Shop, Verification
from tests.functions.cloud import Answer, Cloud, Person, sample

PRODUCT: str = sample("create_review")["pathParameters"]["id"]
SELLER = "01890000-0000-7000-8000-0000000000aa"
_WHEN = datetime(2026, 11, 21, 9, tzinfo=UTC)
_numbers = count(0x1000)  # beyond those with a fixed id


def put(cloud: Cloud, table: str, item: dict[str, Any]) -> None:
    serialize = TypeSerializer().serialize
    attributes = {name: serialize(value) for name, value in item.items()}
    cloud.client("dynamodb").put_item(TableName=cloud.physical[table], Item=attributes)


def offer(cloud: Cloud, product_id: str = PRODUCT, **changes: Any) -> None:
    """A product of SELLER, and the shop, written to the table without the catalogue's functions."""
    facts: dict[str, Any] = {
        "id": product_id,
        "seller_id": SELLER,
        "title": "Pentax K1000",
        "description": "A camera.",
        "price": Money(Decimal("149.50"), "USD"),
        "category_id": "cameras",
        "created_at": _WHEN,
        "updated_at": _WHEN,
    }
    product = Product(**{**facts, **changes})
    put(cloud, "CatalogueTable", from_product(product))
    open_shop(cloud, Verification.UNVERIFIED, product.seller_id)


def open_shop(cloud: Cloud, verification: Verification, seller_id: str = SELLER) -> None:
    """A seller's shop, as it is now."""
    put(cloud, "CatalogueTable", from_shop(Shop(seller_id, "Camera Corner", verification, 1, _WHEN, _WHEN)))


def receives(cloud: Cloud, buyer_id: str, product_id: str = PRODUCT) -> None:
    """The item that orders write when a line is delivered."""
    put(cloud, "OrdersTable", dict(bought_key(buyer_id, product_id)))


def a_buyer(cloud: Cloud, product_id: str = PRODUCT) -> Person:
    """A new buyer who has received the product."""
    buyer = Person(f"01890000-0000-7000-8000-{next(_numbers):012x}")
    receives(cloud, buyer.id, product_id)
    return buyer


def review(
    cloud: Cloud, who: Person, rating: int = 5, comment: str | None = None, product_id: str = PRODUCT, **how: Any
) -> Answer:
    headers = {"Idempotency-Key": f"key-{next(_numbers)}", **how.pop("headers", {})}
    return cloud.call(
        "create_review",
        caller=who,
        json={"rating": rating, "comment": comment},
        params={"id": product_id},
        headers=headers,
        **how,
    )


def edit(cloud: Cloud, who: Person, review_id: str, body: Any, product_id: str = PRODUCT, **how: Any) -> Answer:
    params = {"id": product_id, "review_id": review_id}
    return cloud.call("update_review", caller=who, json=body, params=params, **how)


def take_back(cloud: Cloud, who: Person, review_id: str, product_id: str = PRODUCT, **how: Any) -> Answer:
    params = {"id": product_id, "review_id": review_id}
    return cloud.call("delete_review", caller=who, params=params, **how)


def listed(cloud: Cloud, product_id: str = PRODUCT, **query: str) -> Answer:
    return cloud.call("list_reviews", params={"id": product_id}, query=query)


def ratings(cloud: Cloud, product_id: str = PRODUCT, seller_id: str = SELLER) -> list[tuple[int, int]]:
    """(sum, count) of the product and of the shop; (0, 0) without an item."""
    standing = {item["pk"]: item for item in cloud.items("CatalogueTable") if item["sk"] == "RATING"}
    owners = (f"PRODUCT#{product_id}", f"SHOP#{seller_id}")
    found = [standing.get(owner, {"sum": 0, "count": 0}) for owner in owners]
    return [(int(item["sum"]), int(item["count"])) for item in found]
