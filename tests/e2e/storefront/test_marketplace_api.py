"""The API of the marketplace document, call by call: every route, shape and error.

Where the contract departs from it (README, "Where Souk departs from the requirements") the test is of the contract: a
password is required, ids are strings, paths begin with /api/v1.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from local.testing import LocalStack, wait_until
from tests.e2e.account import Heard
from tests.e2e.storefront.trading import press

PASSWORD = "correct horse battery"
PRODUCT = {
    "name": "Brass Desk Lamp",
    "category": "Home",
    "description": "A lamp with a green shade.",
    "price": 59.5,
    "inventory": 4,
}


@dataclass
class Client:
    """Plain HTTP, with the token of its registration, if any."""

    http: httpx.Client
    id: str = ""

    def call(self, status: int, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.http.request(method, path, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:400]}"
        return dict(answer.json()) if answer.content else {}


def registered(souk: LocalStack, heard: Heard, side: str, name: str) -> Client:
    client = Client(heard.client(souk.url))
    email = f"{uuid.uuid4().hex[:12]}@example.com"
    made = client.call(201, "POST", f"{side}/register", {"name": name, "email": email, "password": PASSWORD})
    assert {"id", "name", "email", "role"} <= made.keys()
    assert (made["name"], made["email"], made["role"]) == (name, email, side.removesuffix("s"))
    again = client.call(409, "POST", f"{side}/register", {"name": name, "email": email, "password": PASSWORD})
    assert again["message"]
    known = client.call(200, "POST", f"{side}/login", {"email": email, "password": PASSWORD})
    assert (known["id"], known["role"]) == (made["id"], made["role"])
    client.call(401, "POST", f"{side}/login", {"email": email, "password": "something else"})
    client.http.headers["Authorization"] = f"Bearer {known['token']}"
    client.id = str(made["id"])
    return client


@pytest.fixture(scope="module")
def seller(souk: LocalStack, heard: Heard) -> Client:
    return registered(souk, heard, "sellers", "Lamps of Leeds")


@pytest.fixture(scope="module")
def buyer(souk: LocalStack, heard: Heard) -> Client:
    return registered(souk, heard, "buyers", "Amy")


@pytest.fixture(scope="module")
def product(seller: Client) -> str:
    made = seller.call(201, "POST", "sellers/products", {"seller_id": seller.id, **PRODUCT})
    expected = {"name": "Brass Desk Lamp", "description": "A lamp with a green shade.", "price": 59.5, "inventory": 4}
    assert {name: made[name] for name in expected} == expected
    assert (made["category"].lower(), made["is_active"]) == ("home", True)
    return str(made["id"])


def test_a_seller_changes_a_product_and_sees_the_change(seller: Client, product: str) -> None:
    changed = seller.call(
        200, "PUT", f"sellers/products/{product}", {**PRODUCT, "price": 49.5, "inventory": 6, "is_active": True}
    )
    assert (changed["id"], changed["price"], changed["inventory"]) == (product, 49.5, 6)
    listed = seller.call(200, "GET", f"sellers/{seller.id}/products")["products"]
    [one] = [one for one in listed if one["id"] == product]
    assert (one["name"], one["inventory"], one["is_active"]) == ("Brass Desk Lamp", 6, True)


def test_buyers_browse_and_search(buyer: Client, product: str) -> None:
    def found(path: str) -> dict[str, Any] | None:
        products = buyer.call(200, "GET", path)["products"]
        return next((one for one in products if one["id"] == product), None)

    one = wait_until(lambda: found("buyers/products/search?q=brass+lamp")) or {}
    assert {"id", "name", "category", "description", "price", "inventory", "seller_name"} <= one.keys()
    assert (one["name"], one["seller_name"]) == ("Brass Desk Lamp", "Lamps of Leeds")
    assert found("buyers/products?category=Home")
    assert found("buyers/products?category=Electronics") is None
    assert found("buyers/products")


def test_an_order_is_placed_paid_and_completed(seller: Client, buyer: Client, product: str) -> None:
    price = seller.call(200, "GET", f"products/{product}")["price"]
    before = seller.call(200, "GET", f"products/{product}")["stock_quantity"]
    wanted = {"buyer_id": buyer.id, "product_id": product, "quantity": 2}
    placed = buyer.call(201, "POST", "buyers/orders", wanted)
    assert {name: placed[name] for name in wanted} == wanted
    assert (placed["seller_id"], placed["status"], placed["total_price"]) == (seller.id, "pending", 2 * price)
    assert seller.call(200, "GET", f"products/{product}")["stock_quantity"] == before - 2
    order = placed["id"]
    assert seller.call(409, "PUT", f"sellers/orders/{order}/status", {"status": "completed"})["error"]
    press(placed["payment_url"], "pay")

    def status() -> str:
        [mine] = [one for one in buyer.call(200, "GET", f"buyers/{buyer.id}/orders")["orders"] if one["id"] == order]
        assert (mine["product_name"], mine["quantity"], mine["total_price"]) == ("Brass Desk Lamp", 2, 2 * price)
        assert mine["created_at"].endswith("Z")
        return str(mine["status"])

    wait_until(lambda: status() == "confirmed")
    [sale] = [one for one in seller.call(200, "GET", f"sellers/{seller.id}/orders")["orders"] if one["id"] == order]
    assert {"id", "buyer_name", "product_name", "quantity", "total_price", "status", "created_at"} <= sale.keys()
    assert (sale["buyer_name"], sale["quantity"]) == ("Amy", 2)
    for step in ("processing", "shipped", "delivered", "completed"):
        moved = seller.call(200, "PUT", f"sellers/orders/{order}/status", {"status": step})
        assert moved["status"] == step
    assert status() == "completed"


def test_an_order_of_more_than_the_stock_is_refused(buyer: Client, product: str) -> None:
    refused = buyer.call(409, "POST", "buyers/orders", {"buyer_id": buyer.id, "product_id": product, "quantity": 900})
    assert refused["error"] == "insufficient_inventory"
    assert refused["message"] == refused["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": "many"},
        {"product_id": None},
    ],
)
def test_an_invalid_order_is_refused_with_the_reason(buyer: Client, product: str, body: dict[str, Any]) -> None:
    wanted = {"buyer_id": buyer.id, "product_id": product, "quantity": 1, **body}
    assert buyer.call(400, "POST", "buyers/orders", wanted)["errors"]


def test_acting_for_another_user_is_refused(seller: Client, buyer: Client, product: str) -> None:
    other = str(uuid.uuid4())
    wanted = {"buyer_id": other, "product_id": product, "quantity": 1}
    assert buyer.call(403, "POST", "buyers/orders", wanted)["error"] == "forbidden"
    buyer.call(404, "GET", f"buyers/{other}/orders")
    seller.call(404, "GET", f"sellers/{other}/orders")
    seller.call(404, "GET", f"sellers/{other}/products")
    seller.call(403, "POST", "sellers/products", {"seller_id": other, **PRODUCT})
    buyer.call(403, "POST", "sellers/products", {"seller_id": buyer.id, **PRODUCT})
    unknown = {"buyer_id": buyer.id, "product_id": str(uuid.uuid4()), "quantity": 1}
    buyer.call(404, "POST", "buyers/orders", unknown)


@pytest.mark.parametrize("body", [{"price": -1}, {"price": 0}, {"inventory": -1}, {"name": ""}, {"name": None}])
def test_an_invalid_product_is_refused_with_the_reason(seller: Client, body: dict[str, Any]) -> None:
    answer = seller.call(400, "POST", "sellers/products", {"seller_id": seller.id, **PRODUCT, **body})
    assert [one["field"] for one in answer["errors"]] == list(body)


def test_orders_are_tracked_products_reviewed_and_sales_counted(seller: Client, buyer: Client) -> None:
    made = seller.call(201, "POST", "sellers/products", {"seller_id": seller.id, **PRODUCT, "name": "Tin Lamp"})
    product, review = str(made["id"]), {"rating": 4, "comment": "Bright."}
    placed = buyer.call(201, "POST", "buyers/orders", {"buyer_id": buyer.id, "product_id": product, "quantity": 1})
    order = placed["id"]
    press(placed["payment_url"], "pay")
    wait_until(lambda: buyer.call(200, "GET", f"orders/{order}")["status"] == "confirmed")
    assert buyer.call(409, "POST", f"products/{product}/reviews", review)["error"] == "not_purchased"
    seller.call(200, "PUT", f"sellers/orders/{order}/status", {"status": "processing"})
    entry = {"status": "shipped", "location": "Leeds", "notes": "At the depot", "carrier": "RM", "tracking_number": "1"}
    seller.call(201, "POST", f"sellers/orders/{order}/tracking", entry)
    assert "Leeds" in str(buyer.call(200, "GET", f"orders/{order}/tracking"))
    seller.call(200, "PUT", f"sellers/orders/{order}/status", {"status": "delivered"})
    buyer.call(201, "POST", f"products/{product}/reviews", review)
    assert buyer.call(409, "POST", f"products/{product}/reviews", review)["error"] == "already_reviewed"
    shown = buyer.call(200, "GET", f"products/{product}")
    assert (shown["rating"], shown["review_count"]) == (4, 1)

    def counted() -> dict[str, Any] | None:
        now = seller.call(200, "GET", f"sellers/{seller.id}/analytics")
        return now if product in str(now["by_product"]) else None

    figures = wait_until(counted) or {}
    assert {"revenue", "orders", "units", "by_day", "by_product", "inventory"} <= figures.keys()
