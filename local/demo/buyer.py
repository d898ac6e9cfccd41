"""The buyer of the demo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx

from local.demo.person import DemoFailed, Person

ADDRESS = {
    "full_name": "Demo Buyer",
    "address_line1": "1 Market Street",
    "city": "San Francisco",
    "state": "CA",
    "postal_code": "94105",
    "country": "US",
    "is_default": True,
}


class Buyer(Person):
    role = "buyer"
    name = "Demo Buyer"

    def add_address(self) -> str:
        return str(self.ask("POST", "/users/addresses", ADDRESS, once=True)["id"])

    def find(self, words: str, product: str, seen: Callable[[str], None]) -> dict[str, Any]:
        """Search until the product is found: a new product takes a moment to reach the index."""

        def look() -> dict[str, Any]:
            return self.ask("GET", f"/products?search={quote(words)}")

        def found(page: dict[str, Any]) -> bool:
            return any(entry["id"] == product for entry in page["data"])

        page = self.wait(look, found, lambda now: f"{now['pagination']['total']} found", seen, limit=30)
        return next(dict(entry) for entry in page["data"] if entry["id"] == product)

    def order(self, product: str, quantity: int, address: str) -> dict[str, Any]:
        """Place an order. The answer contains the payment URL."""
        wanted = {
            "items": [{"product_id": product, "quantity": quantity}],
            "shipping_address_id": address,
            "payment_method": "card",
        }
        return self.ask("POST", "/orders", wanted, once=True)

    def pay(self, payment_url: str) -> None:
        """Press the button of the payment page."""
        answer = httpx.post(f"{payment_url}/pay", timeout=60, trust_env=False)
        if answer.is_error:
            raise DemoFailed(f"The payment page answered {answer.status_code}: {answer.text[:300]}")

    def await_order(self, order: str, wanted: str, seen: Callable[[str], None]) -> dict[str, Any]:
        def look() -> dict[str, Any]:
            return self.ask("GET", f"/orders/{order}")

        return self.wait(look, lambda now: now["status"] == wanted, lambda now: str(now["status"]), seen, limit=30)

    def review(self, product: str, rating: int, comment: str) -> None:
        self.ask("POST", f"/products/{product}/reviews", {"rating": rating, "comment": comment}, once=True)

    def product(self, product: str) -> dict[str, Any]:
        return self.ask("GET", f"/products/{product}")
