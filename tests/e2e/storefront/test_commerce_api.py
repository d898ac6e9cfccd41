"""The API of the commerce API document, call by call: every route, shape and error. It has no live streams yet."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from local.testing import LocalStack, wait_until
from tests.e2e.account import Heard
from tests.e2e.storefront.trading import press

PASSWORD = "securePassword123"
ADDRESS = {
    "full_name": "John Doe",
    "address_line1": "123 Main St",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country": "USA",
    "is_default": True,
}
APPLICATION = {
    "shop_name": "Vintage Vault",
    "category": "Fashion",
    "experience_level": "I sell occasionally",
    "monthly_revenue": "$1000-$5000",
    "platforms": ["eBay", "Poshmark"],
    "social_links": {"instagram": "@vintage", "website": "https://vintage.example"},
    "return_address": {"full_name": "John Doe", "post_code": "10001"},
    "agreed_to_terms": True,
}


class Client:
    """Plain HTTP, with the token of its last sign-in."""

    def __init__(self, souk: LocalStack, heard: Heard) -> None:
        self.http = heard.client(souk.url)

    def call(self, status: int, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, path, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:400]}"
        return answer.json() if answer.content else {}

    def sign_in(self, email: str) -> dict[str, Any]:
        known: dict[str, Any] = self.call(200, "POST", "auth/login", {"email": email, "password": PASSWORD})
        self.http.headers["Authorization"] = f"Bearer {known['token']}"
        return known

    def join(self) -> str:
        """Register and sign in; the email."""
        email = f"{uuid.uuid4().hex[:12]}@example.com"
        wanted = {"full_name": "John Doe", "email": email, "password": PASSWORD}
        made = self.call(201, "POST", "auth/register", wanted)
        assert made["token"]
        assert (made["user"]["email"], made["user"]["role"]) == (email, "user")
        assert self.call(409, "POST", "auth/register", wanted)["message"]
        assert self.sign_in(email)["user"]["id"] == made["user"]["id"]
        return email


@pytest.fixture(scope="module")
def buyer(souk: LocalStack, heard: Heard) -> Client:
    client = Client(souk, heard)
    client.join()
    return client


@pytest.fixture(scope="module")
def address(buyer: Client) -> str:
    return str(buyer.call(201, "POST", "users/addresses", ADDRESS)["id"])


@pytest.fixture(scope="module")
def seller(souk: LocalStack, heard: Heard) -> Client:
    client = Client(souk, heard)
    email = client.join()
    applied = client.call(201, "POST", "sellers/apply", APPLICATION)
    assert (bool(applied["id"]), applied["status"]) == (True, "pending_verification")
    client.sign_in(email)
    client.shop = applied["id"]  # type: ignore[attr-defined]
    return client


@pytest.fixture(scope="module")
def product(seller: Client) -> str:
    profile = seller.call(
        201,
        "POST",
        "shipping-profiles",
        {
            "name": "Standard",
            "country": "US",
            "domestic": {"first": 5, "additional": 1},
            "international": {"first": 20, "additional": 5},
        },
    )
    wanted = {
        "title": "Nike Air Jordan",
        "price": 150.0,
        "description": "Worn twice.",
        "stock_quantity": 5,
        "images": ["https://images.example/1.jpg", "https://images.example/2.jpg"],
        "category_id": "fashion",
        "shipping_profile_id": profile["id"],
    }
    made = seller.call(201, "POST", "products", wanted)
    assert {name: made[name] for name in ("title", "price", "stock_quantity")} == {
        "title": "Nike Air Jordan",
        "price": 150.0,
        "stock_quantity": 5,
    }
    return str(made["id"])


def test_the_profile_is_read_and_edited(buyer: Client) -> None:
    buyer.call(
        200, "PATCH", "users/profile", {"username": f"j{uuid.uuid4().hex[:8]}", "gender": "male", "interests": ["tech"]}
    )
    me = buyer.call(200, "GET", "users/me")
    assert (me["profile"]["gender"], me["profile"]["interests"]) == ("male", ["tech"])


def test_addresses_are_listed(buyer: Client, address: str) -> None:
    listed = buyer.call(200, "GET", "users/addresses")
    assert [(one["id"], one["address_line1"]) for one in listed] == [(address, "123 Main St")]


def test_the_shop_is_public(souk: LocalStack, heard: Heard, seller: Client) -> None:
    anybody = Client(souk, heard)
    shop = anybody.call(200, "GET", f"sellers/{seller.shop}")  # type: ignore[attr-defined]
    assert {"id", "shop_name", "logo_url", "rating", "review_count", "follower_count"} <= shop.keys()
    assert (shop["shop_name"], shop["follower_count"]) == ("Vintage Vault", 0)
    anybody.call(404, "GET", f"sellers/{uuid.uuid4()}")


def test_products_are_searched_and_filtered(souk: LocalStack, heard: Heard, seller: Client, product: str) -> None:
    anybody, shop = Client(souk, heard), seller.shop  # type: ignore[attr-defined]

    def found() -> dict[str, Any] | None:
        page: dict[str, Any] = anybody.call(
            200, "GET", f"products?seller_id={shop}&category_id=fashion&search=air&sort=price_asc&page=1"
        )
        return page if product in [one["id"] for one in page["data"]] else None

    page = wait_until(found) or {}
    assert page["pagination"] == {"total": 1, "page": 1, "limit": 20}
    [one] = page["data"]
    assert (one["title"], one["price"]) == ("Nike Air Jordan", 150)
    assert anybody.call(200, "GET", "products?category_id=electronics&search=jordan")["pagination"]["total"] == 0
    assert anybody.call(400, "GET", "products?sort=sideways")["errors"]
    shown = anybody.call(200, "GET", f"products/{product}")
    assert shown["seller"]["shop_name"] == "Vintage Vault"
    assert len(shown["images"]) == 2


def test_only_the_owner_changes_a_product(
    seller: Client, buyer: Client, souk: LocalStack, heard: Heard, product: str
) -> None:
    assert seller.call(200, "PATCH", f"products/{product}", {"price": 140.0})["price"] == 140
    buyer.call(403, "PATCH", f"products/{product}", {"price": 1.0})
    buyer.call(403, "POST", "products", {"title": "Mine", "price": 1.0})
    rival = Client(souk, heard)
    email = rival.join()
    rival.call(201, "POST", "sellers/apply", APPLICATION)
    rival.sign_in(email)
    rival.call(404, "PATCH", f"products/{product}", {"price": 1.0})
    rival.call(404, "DELETE", f"products/{product}")
    Client(souk, heard).call(401, "DELETE", f"products/{product}")


def test_a_purchase_from_preview_to_review(seller: Client, buyer: Client, product: str, address: str) -> None:
    items = [{"product_id": product, "quantity": 2}]
    price = buyer.call(200, "GET", f"products/{product}")["price"]
    preview = buyer.call(200, "POST", "orders/checkout", {"items": items, "shipping_address_id": address})
    assert (preview["subtotal"], preview["shipping"], preview["total"]) == (2 * price, 6, 2 * price + 6)
    wanted = {"items": items, "shipping_address_id": address, "payment_method": "card"}
    placed = buyer.call(201, "POST", "orders", wanted)
    assert (placed["status"], placed["total"]) == ("pending", preview["total"])
    press(placed["payment_url"], "pay")
    order = placed["order_id"]
    wait_until(lambda: buyer.call(200, "GET", f"orders/{order}")["status"] == "confirmed")
    history = buyer.call(200, "GET", "orders")
    assert order in str(history)
    for step in ("processing", "shipped", "delivered"):
        seller.call(200, "PUT", f"sellers/orders/{order}/status", {"status": step})
    review = buyer.call(201, "POST", f"products/{product}/reviews", {"rating": 5, "comment": "Great!"})
    assert (review["rating"], review["comment"]) == (5, "Great!")
    shown = buyer.call(200, "GET", f"products/{product}/reviews")
    assert "Great!" in str(shown)


def test_a_shop_is_followed_and_unfollowed(seller: Client, buyer: Client) -> None:
    shop = seller.shop  # type: ignore[attr-defined]
    followers = buyer.call(200, "GET", f"sellers/{shop}")["follower_count"]
    for _ in range(2):
        answer = buyer.http.post(f"sellers/{shop}/follow")
        assert answer.is_success, answer.text
    assert buyer.call(200, "GET", f"sellers/{shop}")["follower_count"] == followers + 1
    assert shop in str(buyer.call(200, "GET", "users/following"))
    assert seller.call(409, "POST", f"sellers/{shop}/follow")["error"] == "own_shop"
    assert buyer.http.delete(f"sellers/{shop}/follow").is_success
    assert buyer.call(200, "GET", f"sellers/{shop}")["follower_count"] == followers


def test_a_removed_product_is_not_found_by_buyers_and_stays_in_orders(
    seller: Client, buyer: Client, address: str
) -> None:
    made = seller.call(201, "POST", "products", {"title": "Short Lived", "price": 9.99, "stock_quantity": 2})
    product = made["id"]
    wanted = {
        "items": [{"product_id": product, "quantity": 1}],
        "shipping_address_id": address,
        "payment_method": "card",
    }
    placed = buyer.call(201, "POST", "orders", wanted)
    assert seller.http.delete(f"products/{product}").is_success
    buyer.call(404, "GET", f"products/{product}")
    assert buyer.http.post("orders", json=wanted).status_code in (404, 409)
    assert "Short Lived" in str(buyer.call(200, "GET", f"orders/{placed['order_id']}"))
    buyer.call(200, "POST", f"orders/{placed['order_id']}/cancel")


@pytest.mark.parametrize(
    "changes",
    [
        {"items": []},
        {"items": [{"product_id": "p", "quantity": 0}]},
        {"payment_method": "shells"},
        {"shipping_address_id": 5},
    ],
)
def test_an_invalid_order_is_refused_with_the_reason(
    buyer: Client, product: str, address: str, changes: dict[str, Any]
) -> None:
    wanted = {
        "items": [{"product_id": product, "quantity": 1}],
        "shipping_address_id": address,
        "payment_method": "card",
        **changes,
    }
    assert buyer.call(400, "POST", "orders", wanted)["errors"]
