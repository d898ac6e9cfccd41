"""Shops and buyers at the deployed storefront, and the payment vendor's stand-in from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from local.containers.world import PRODUCT
from local.testing import PATIENCE, LocalStack, wait_until
from tests.e2e.account import Account, Heard
from tests.e2e.selling import aws, resource

ADDRESS: Mapping[str, Any] = {
    "full_name": "Jo March",
    "address_line1": "1 Main St",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country": "US",
    "is_default": True,
}


class Shop(Account):
    """A seller with a shop."""

    def __init__(self, stack: LocalStack, heard: Heard) -> None:
        super().__init__(stack, heard, role="seller", full_name="Board and Bowl")

    def product(self, **changes: Any) -> str:
        return str(self.expect(201, "POST", "/products", {**PRODUCT, **changes})["id"])

    def stock(self, product: str) -> int:
        return int(self.expect(200, "GET", f"/products/{product}")["stock_quantity"])

    def move(self, order: str, *statuses: str) -> None:
        for status in statuses:
            self.expect(200, "PUT", f"/sellers/orders/{order}/status", {"status": status})

    def sales(self) -> list[dict[str, Any]]:
        return list(self.expect(200, "GET", f"/sellers/{self.id}/orders?limit=100")["orders"])


class Buyer(Account):
    """A buyer with an address."""

    def __init__(self, stack: LocalStack, heard: Heard) -> None:
        super().__init__(stack, heard, role="buyer", full_name="Jo March")
        self.address = str(self.expect(201, "POST", "/users/addresses", ADDRESS)["id"])

    def wanted(self, product: str, quantity: int = 1) -> dict[str, Any]:
        """The body of an order for one product."""
        items = [{"product_id": product, "quantity": quantity}]
        return {"items": items, "shipping_address_id": self.address, "payment_method": "card"}

    def place(self, product: str, quantity: int = 1) -> dict[str, Any]:
        return self.expect(201, "POST", "/orders", self.wanted(product, quantity))

    def pay(self, placed: Mapping[str, Any]) -> None:
        press(placed["payment_url"], "pay")

    def order(self, order: str) -> dict[str, Any]:
        return self.expect(200, "GET", f"/orders/{order}")

    def becomes(self, order: str, status: str) -> dict[str, Any]:
        """The order, once it has this status."""

        def there() -> dict[str, Any] | None:
            now = self.order(order)
            return now if now["status"] == status else None

        return wait_until(there) or {}

    def buy(self, product: str, quantity: int = 1) -> str:
        """A confirmed order's id."""
        placed = self.place(product, quantity)
        self.pay(placed)
        self.becomes(placed["order_id"], "confirmed")
        return str(placed["order_id"])


def press(payment_url: str, button: str) -> httpx.Response:
    """Press `pay` or `decline` on a payment page."""
    answer = httpx.post(f"{payment_url}/{button}", timeout=PATIENCE, trust_env=False)
    assert not answer.is_error, answer.text[:300]
    return answer


class Stripe:
    """The stand-in behind a stack."""

    def __init__(self, stack: LocalStack) -> None:
        self._url = f"{stack.places.stripe}_control"

    def switch(self, **wanted: Any) -> None:
        answer = httpx.post(self._url, json=wanted, timeout=PATIENCE, trust_env=False)
        assert answer.status_code == 200, answer.text

    def fault(self, call: str, mode: str, **more: Any) -> None:
        self.switch(faults=[{"call": call, "mode": mode, **more}])

    def sessions(self, order: str) -> list[dict[str, Any]]:
        return [one for one in self.state()["sessions"] if one["client_reference_id"] == order]

    def refunds(self, order: str) -> list[dict[str, Any]]:
        return [one for one in self.state()["refunds"] if one["metadata"].get("order") == order]

    def reset(self) -> None:
        httpx.delete(self._url, trust_env=False)
        self.switch(hold_events=False, refund_outcome="succeeded")

    def state(self) -> dict[str, Any]:
        return dict(httpx.get(self._url, timeout=PATIENCE, trust_env=False).json())


def stock_item(stack: LocalStack, product: str) -> int:
    """The stock in the table itself."""
    key = {"pk": {"S": f"PRODUCT#{product}"}, "sk": {"S": "STOCK"}}
    table = resource(stack, "CatalogueTable")
    found = aws(stack.places.endpoint, "dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)
    return int(found["Item"]["available"]["N"])
