"""More buyers than stock: exactly the stock is sold, once, and every other buyer gets a 409 with the rest."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx

from local.testing import LocalStack, wait_until
from tests.e2e.account import Heard
from tests.e2e.storefront.trading import Buyer, Shop, Stripe, stock_item

ORDERS, IN_FLIGHT, STOCK = 200, 16, 10


def test_two_hundred_orders_at_once_for_ten_units_sell_ten(
    souk: LocalStack, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    product = shop.product(title="Ten Only", stock_quantity=STOCK)
    before = len(stripe.state()["sessions"])

    def place(_: int) -> httpx.Response:
        return buyer.ask("POST", "/orders", buyer.wanted(product))

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        answers = list(pool.map(place, range(ORDERS)))
    assert Counter(answer.status_code for answer in answers) == {201: STOCK, 409: ORDERS - STOCK}
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    assert {one["error"] for one in refusals} == {"insufficient_inventory"}
    assert {one["product_id"] for one in refusals} == {product}
    assert all(0 <= one["available"] < 1 for one in refusals)
    assert stock_item(souk, product) == shop.stock(product) == 0
    placed = [answer.json() for answer in answers if answer.status_code == 201]
    assert len({one["order_id"] for one in placed}) == STOCK
    assert len(stripe.state()["sessions"]) == before + STOCK
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(buyer.pay, placed))
    for one in placed:
        buyer.becomes(one["order_id"], "confirmed")
    sold = [sale for sale in shop.sales() if sale["id"] in {one["order_id"] for one in placed}]
    assert [sale["status"] for sale in sold] == ["confirmed"] * STOCK


def test_fifty_buyers_who_order_and_pay_at_once_confirm_the_five_in_stock(
    souk: LocalStack, shop: Shop, heard: Heard, stripe: Stripe
) -> None:
    """docs/comparison.md has this race beside another shop."""
    product = shop.product(title="Five Only", stock_quantity=5)
    with ThreadPoolExecutor(4) as pool:
        buyers = list(pool.map(lambda _: Buyer(souk, heard), range(50)))
    start = Barrier(len(buyers))

    def buy(buyer: Buyer) -> str | None:
        """The order that this buyer paid for; None when there was nothing left."""
        start.wait(60)
        placed = buyer.ask("POST", "/orders", buyer.wanted(product))
        if placed.status_code == 409:
            return None
        assert placed.status_code == 201, placed.text
        buyer.pay(placed.json())
        return str(buyer.becomes(placed.json()["order_id"], "confirmed")["id"])

    with ThreadPoolExecutor(len(buyers)) as pool:
        orders = list(pool.map(buy, buyers))
    paid = [order for order in orders if order]
    assert len(paid) == len(set(paid)) == 5
    assert [session["payment_status"] for order in paid for session in stripe.sessions(order)] == ["paid"] * 5
    assert stock_item(souk, product) == 0


def test_an_order_of_several_units_is_never_filled_in_part(souk: LocalStack, shop: Shop, buyer: Buyer) -> None:
    product = shop.product(title="In Threes", stock_quantity=10)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: buyer.ask("POST", "/orders", buyer.wanted(product, 3)), range(16)))
    assert Counter(answer.status_code for answer in answers) == {201: 3, 409: 13}
    assert stock_item(souk, product) == 1
    assert {answer.json()["available"] for answer in answers if answer.status_code == 409} <= {1}


def test_one_idempotency_key_sent_many_times_makes_one_order(souk: LocalStack, shop: Shop, buyer: Buyer) -> None:
    product = shop.product(title="Pressed Often", stock_quantity=10)
    body = buyer.wanted(product, 2)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: buyer.ask("POST", "/orders", body, Idempotency_Key=f"once-{product}"), range(8))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["order_id"] for answer in answers}) == 1
    assert len({answer.json()["payment_url"] for answer in answers}) == 1
    assert stock_item(souk, product) == 8


def test_a_cancelled_order_returns_its_stock_once(souk: LocalStack, shop: Shop, buyer: Buyer) -> None:
    product = shop.product(title="Given Back", stock_quantity=4)
    placed = buyer.place(product, 3)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: buyer.ask("POST", f"/orders/{placed['order_id']}/cancel"), range(6)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert 200 in {answer.status_code for answer in answers}
    assert buyer.becomes(placed["order_id"], "cancelled")
    wait_until(lambda: stock_item(souk, product) == 4)
