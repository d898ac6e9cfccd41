"""A merchant with a shop, and the catalogue's functions as they are called: each call under a key of its own."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Answer, Cloud, Person

_KEYS = count(1)
LAMP = {"title": "Brass desk lamp", "price": 49.5, "stock_quantity": 5, "category_id": "home"}
PARCEL = {"name": "Parcel", "country": "US", "domestic": {"first": 5, "additional": 1}}


class Merchant:
    """A registered seller; `person` is who calls."""

    def __init__(self, cloud: Cloud, email: str = "bea@example.com") -> None:
        self.cloud = cloud
        account = register(cloud, email, full_name="Bea's Lamps", role="seller")
        self.person = Person(account.id, ("user", "seller"))

    @property
    def id(self) -> str:
        return self.person.id

    def call(
        self,
        function: str,
        params: Mapping[str, str] | None = None,
        *,
        key: str | None = None,
        if_match: str = "*",
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Answer:
        given = {"idempotency-key": key or f"key-{next(_KEYS)}", "if-match": if_match, **(headers or {})}
        return self.cloud.call(function, caller=self.person, headers=given, params=params, **request)

    def on(self, function: str, product_id: str, **how: Any) -> Answer:
        """Call what has a product in its path."""
        return self.call(function, {"id": product_id}, **how)

    def offers(self, **changes: Any) -> str:
        """A new product; its id."""
        answer = self.call("create_product", json={**LAMP, **changes})
        assert answer.status == 201, answer.body
        made: str = answer.json["id"]
        return made

    def ships(self, **changes: Any) -> str:
        """A new shipping profile; its id."""
        answer = self.call("create_shipping_profile", json={**PARCEL, **changes})
        assert answer.status == 201, answer.body
        made: str = answer.json["id"]
        return made

    def products(self, **query: str) -> Any:
        answer = self.call("list_seller_products", {"seller_id": self.id}, query=query)
        assert answer.status == 200, answer.body
        return answer.json


def seen(cloud: Cloud, product_id: str) -> Answer:
    """The product as anybody sees it."""
    return cloud.call("get_product", params={"id": product_id})


def suspend(cloud: Cloud, shop_id: str) -> None:
    """What an operator may decide."""
    cloud.client("dynamodb").update_item(
        TableName=cloud.physical["CatalogueTable"],
        Key={"pk": {"S": f"SHOP#{shop_id}"}, "sk": {"S": "SHOP"}},
        UpdateExpression="SET verification = :suspended",
        ExpressionAttributeValues={":suspended": {"S": "suspended"}},
    )


def movements(cloud: Cloud, product_id: str) -> list[tuple[int, str]]:
    """(delta, reason) of all movements of a stock, oldest first."""
    found = [
        item
        for item in cloud.items("CatalogueTable")
        if item["pk"] == f"PRODUCT#{product_id}" and item["sk"].startswith("MOVEMENT#")
    ]
    return [(int(item["delta"]), item["reason"]) for item in sorted(found, key=lambda item: item["sk"])]
