"""What a buyer reads of its orders, and hears of them while it waits."""

from __future__ import annotations

from typing import Any

import pytest

from souk.http.waiting import wait_until
from tests.functions.cloud import Answer, Cloud
from tests.functions.storefront.orders.market import Buyer, Shop


def test_an_order_is_read_with_lines_payment_and_tracking(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    board = shop.product(price="12.50", shipping_profile_id=shop.ships())
    order_id = buyer.buys((board, 2))
    shop.move(order_id, "processing")
    shop.call("add_tracking", order_id, json={"status": "shipped", "location": "Leeds", "carrier": "Royal Mail"})
    shop.call("add_tracking", order_id, json={"location": "New York"})
    answer = buyer.call("get_order", order_id)
    read = answer.json
    assert (answer.status, answer.headers["etag"]) == (200, f'"{read["version"]}"')
    assert (read["id"], read["buyer_id"], read["status"]) == (order_id, buyer.id, "shipped")
    assert (read["subtotal"], read["shipping"], read["tax"], read["total"]) == (25.0, 7.5, 0.0, 32.5)
    [part] = read["fulfilments"]
    assert (part["seller_name"], part["carrier"], part["status"]) == ("Vintage Vault", "Royal Mail", "shipped")
    [line] = part["items"]
    assert (line["product_id"], line["title"], line["quantity"], line["total"]) == (board.id, board.title, 2, 25.0)
    payment = read["payment"]
    assert (payment["method"], payment["status"], payment["captured"], payment["refunded"]) == ("card", "paid", 32.5, 0)
    assert payment["transaction_id"] == "pi_1"
    assert [entry["location"] for entry in read["tracking"]] == ["New York", "Leeds"]
    assert read["shipping_address"]["postal_code"] == "10001"
    assert read["refunds"] == []


def test_a_pending_order_says_where_to_pay(shop: Shop, buyer: Buyer) -> None:
    read = buyer.call("get_order", buyer.places((shop.product(), 1))).json
    assert (read["status"], read["payment"]["status"]) == ("pending", "awaiting")
    assert read["payment"]["url"].startswith("https://checkout.stripe.com/")
    assert (read["payment"]["captured"], read["payment"]["captured_at"]) == (0, None)


def test_an_order_keeps_titles_and_prices_when_the_product_changes(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    board = shop.product()
    order_id = buyer.places((board, 1))
    shop.edit(board, title="Something else", removed=True)
    assert buyer.call("get_order", order_id).json["fulfilments"][0]["items"][0]["title"] == board.title


def test_orders_are_listed_newest_first_page_by_page(shop: Shop, buyer: Buyer) -> None:
    board = shop.product(stock=9)
    placed = [buyer.places((board, quantity)) for quantity in (1, 2, 3)]
    first = buyer.call("list_orders", query={"limit": "2"}).json
    rest = buyer.call("list_orders", query={"limit": "2", "cursor": first["next_cursor"]}).json
    assert [order["id"] for order in [*first["data"], *rest["data"]]] == placed[::-1]
    assert rest["next_cursor"] is None
    assert (first["data"][0]["total"], first["data"][0]["payment_status"]) == (120.0, "awaiting")

    theirs = buyer.call("list_buyer_orders", query={"limit": "2"}).json
    more = buyer.call("list_buyer_orders", query={"limit": "2", "cursor": theirs["next_cursor"]}).json
    listed = [*theirs["orders"], *more["orders"]]
    assert [order["id"] for order in listed] == placed[::-1]
    newest = listed[0]
    assert (newest["product_name"], newest["quantity"], newest["total_price"]) == (board.title, 3, 120.0)
    assert (newest["status"], newest["created_at"][-1]) == ("pending", "Z")


def test_another_buyers_orders_are_not_found(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.places((shop.product(), 1))
    other = Buyer(cloud, buyer.stripe, "amy@example.com")
    answers = [
        other.call("get_order", order_id),
        other.call("track_order", order_id),
        other.call("list_buyer_orders", params={"buyer_id": buyer.id}),
        shop_as_buyer(shop, order_id),
    ]
    assert {(answer.status, answer.json["error"]) for answer in answers} == {(404, "not_found")}
    assert other.call("list_orders").json == {"data": [], "next_cursor": None}
    assert other.call("list_buyer_orders").json == {"orders": [], "next_cursor": None}


def shop_as_buyer(shop: Shop, order_id: str) -> Answer:
    """A seller reads its part among its own orders, and not the buyer's whole order."""
    return shop.call("get_order", params={"id": order_id})


@pytest.mark.parametrize("order_id", ["nothing", "\ud800", "x" * 3000])
def test_an_unknown_order_is_not_found(buyer: Buyer, order_id: str) -> None:
    assert buyer.call("get_order", order_id).status == 404
    assert buyer.call("track_order", order_id).status == 404


# Tracking, as it happens ---------------------------------------------------------------------------------------------


class Time:
    """A clock that only waiting moves, and what happens when it stands at a moment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.plans: list[tuple[float, Any]] = []
        monkeypatch.setattr(wait_until, "__kwdefaults__", {"pause": self.pause, "monotonic": lambda: self.now})

    def pause(self, seconds: float) -> None:
        self.now += seconds
        for plan in [plan for plan in self.plans if plan[0] <= self.now]:
            self.plans.remove(plan)
            plan[1]()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


def track(buyer: Buyer, order_id: str, seen: str | None = None, wait: int | None = None) -> Answer:
    headers = {"if-none-match": seen or '"0"', "prefer": f"wait={wait}" if wait is not None else "respond-async"}
    return buyer.call("track_order", order_id, headers=headers)


def test_tracking_says_where_each_parcel_is(shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.buys((shop.product(), 1))
    shop.move(order_id, "processing")
    shop.call("add_tracking", order_id, json={"status": "shipped", "location": "Leeds", "tracking_number": "AB1"})
    tracked = track(buyer, order_id)
    assert (tracked.status, tracked.json["order_id"], tracked.json["status"]) == (200, order_id, "shipped")
    [parcel] = tracked.json["parcels"]
    assert (parcel["seller_id"], parcel["status"], parcel["tracking_number"]) == (shop.id, "shipped", "AB1")
    [entry] = tracked.json["tracking"]
    assert (entry["location"], entry["status"], entry["created_at"][-1]) == ("Leeds", "shipped", "Z")
    assert tracked.headers["etag"] == f'"{buyer.order(order_id).version}"'
    assert "preference-applied" not in tracked.headers


def test_tracking_that_the_client_has_seen_is_a_304(shop: Shop, buyer: Buyer, clock: Time) -> None:
    order_id = buyer.buys((shop.product(), 1))
    seen = track(buyer, order_id).headers["etag"]
    again = track(buyer, order_id, seen)
    assert (again.status, again.body, again.headers["etag"], clock.now) == (304, "", seen, 0.0)


def test_a_waiting_client_is_answered_at_the_first_change(shop: Shop, buyer: Buyer, clock: Time) -> None:
    order_id = buyer.buys((shop.product(), 1))
    seen = track(buyer, order_id).headers["etag"]
    clock.plans.append((5.0, lambda: shop.call("add_tracking", order_id, json={"location": "Leeds"})))
    tracked = track(buyer, order_id, seen, wait=20)
    assert (tracked.status, tracked.json["tracking"][0]["location"]) == (200, "Leeds")
    assert tracked.headers["preference-applied"] == "wait=20"
    assert 5.0 <= clock.now <= 6.0


def test_a_waiting_client_is_answered_304_when_nothing_changes(shop: Shop, buyer: Buyer, clock: Time) -> None:
    order_id = buyer.buys((shop.product(), 1))
    seen = track(buyer, order_id).headers["etag"]
    tracked = track(buyer, order_id, seen, wait=20)
    assert (tracked.status, tracked.headers["preference-applied"], clock.now) == (304, "wait=20", 20.0)


def test_new_tracking_is_answered_without_waiting(shop: Shop, buyer: Buyer, clock: Time) -> None:
    order_id = buyer.buys((shop.product(), 1))
    assert (track(buyer, order_id, '"1"', wait=20).status, clock.now) == (200, 0.0)
