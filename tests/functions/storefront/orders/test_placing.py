"""POST /orders, /orders/checkout and /buyers/orders: what is placed, what it costs, and the same call repeated."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from souk.storefront.orders.model import ASK_AFTER, Status
from tests.functions.cloud import Cloud, forget
from tests.functions.storefront.orders.market import Buyer, Shop, movements_of, refused, stock_of
from tests.unit.storefront.payments.stripe_in_process import Stripe


def charge_taxes(cloud: Cloud, rates: str) -> None:
    """As the parameter TaxRates does."""
    cloud.client("secretsmanager").put_secret_value(SecretId=cloud.physical["TaxRatesSecret"], SecretString=rates)
    forget()


# What is placed -------------------------------------------------------------------------------------------------------


def test_an_order_takes_its_stock_and_can_be_paid(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    board = shop.product(stock=5, shipping_profile_id=shop.ships())
    answer = buyer.call("place_order", json=buyer.wants((board, 2)))
    assert answer.status == 201, answer.body
    placed = answer.json
    assert (placed["status"], placed["total"], placed["currency"]) == ("pending", 87.5, "USD")
    [session] = stripe.sessions
    assert placed["payment_url"] == session["url"] == "https://checkout.stripe.com/c/pay/cs_test_1"
    assert answer.headers["location"] == f"/api/v1/orders/{placed['order_id']}"
    assert stock_of(cloud, board) == 3
    assert movements_of(cloud, board) == [(-2, "order_placed", placed["order_id"])]

    order = buyer.order(placed["order_id"])
    assert answer.headers["etag"] == f'"{order.version}"'
    assert (order.buyer_name, order.buyer_email, order.status) == ("Jo March", "jo@example.com", Status.PENDING)
    assert order.ship_to is not None
    assert (order.ship_to.line1, order.ship_to.country) == ("123 Main St", "US")
    [part] = order.fulfilments
    [line] = part.lines
    assert (part.seller_id, part.seller_name) == (shop.id, "Vintage Vault")
    assert (line.product_id, line.title, str(line.unit_price)) == (board.id, "Walnut Chopping Board", "40.00")
    held = datetime.fromisoformat(placed["expires_at"]) - order.created_at
    assert timedelta(minutes=30) < held <= timedelta(minutes=31)
    assert order.payment.due_at == order.created_at + ASK_AFTER

    [form] = stripe.forms
    assert session["amount_total"] == order.total.minor == 8750
    assert form["metadata[order]"] == form["client_reference_id"] == order.id
    assert form["customer_email"] == "jo@example.com"
    assert stripe.asked[0].headers["Idempotency-Key"] == f"order-{order.id}-checkout-1"
    assert order.id in form["success_url"]


def test_several_sellers_are_one_payment_and_a_part_each(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    rival = Shop(cloud, "Board and Bowl")
    board, bowl, lamp = shop.product(price="10.01"), rival.product(price="3.00"), shop.product(price="5.50")
    order = buyer.order(buyer.places((board, 1), (bowl, 2), (lamp, 1), (board, 2)))
    assert [(part.seller_id, [line.id for line in part.lines]) for part in order.fulfilments] == [
        (shop.id, ["1", "3"]),
        (rival.id, ["2"]),
    ]
    assert [line.quantity for line in order.lines] == [3, 1, 2]
    assert [stock_of(cloud, product) for product in (board, bowl, lamp)] == [2, 3, 4]
    for seller, total in ((shop, 35.53), (rival, 6.0)):
        [sale] = seller.call("list_sales").json["orders"]
        assert (sale["id"], sale["total_price"], sale["status"]) == (order.id, total, "pending")


def test_taxes_are_those_of_the_shipping_address(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    charge_taxes(cloud, '{"US": {"NY": "0.08875", "*": "0"}}')
    board = shop.product(shipping_profile_id=shop.ships())
    quoted = buyer.call("preview_order", json=buyer.wants((board, 1))).json
    assert (quoted["subtotal"], quoted["shipping"], quoted["tax"], quoted["total"]) == (40.0, 6.0, 4.08, 50.08)
    assert buyer.order(buyer.places((board, 1))).total.minor == 5008
    assert stripe.sessions[0]["amount_total"] == 5008


def test_a_buyers_order_of_one_product_goes_to_the_default_address(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    board = shop.product(price="19.99", shipping_profile_id=shop.ships())
    body = {"buyer_id": buyer.id, "product_id": board.id, "quantity": 3}
    answer = buyer.call("buy_product", json=body)
    assert answer.status == 201, answer.body
    bought = answer.json
    assert {name: bought[name] for name in body} == body
    assert (bought["seller_id"], bought["status"]) == (shop.id, "pending")
    assert (bought["total_price"], bought["shipping"], bought["total"]) == (59.97, 9.0, 68.97)
    assert bought["payment_url"].startswith("https://checkout.stripe.com/")
    assert bought["expires_at"].endswith("Z")
    order = buyer.order(bought["id"])
    assert order.ship_to is not None
    assert order.ship_to.city == "New York"
    assert stock_of(cloud, board) == 2


def test_without_an_address_a_buyers_order_is_domestic(cloud: Cloud, shop: Shop, stripe: Stripe) -> None:
    charge_taxes(cloud, '{"US": {"*": "0.1"}}')
    nomad = Buyer(cloud, stripe, "nomad@example.com", at_home=False)
    board = shop.product(shipping_profile_id=shop.ships())
    bought = nomad.call("buy_product", json={"product_id": board.id, "quantity": 1}).json
    assert (bought["shipping"], bought["tax"]) == (6.0, 0.0)
    assert nomad.order(bought["id"]).ship_to is None


def test_a_preview_writes_nothing_and_says_what_it_would_cost(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    board = shop.product(stock=2)
    before = cloud.items("OrdersTable")
    answer = buyer.call("preview_order", json=buyer.wants((board, 1), (board, 1)))
    assert (answer.status, answer.json["items"][0]["quantity"], answer.json["total"]) == (200, 2, 80.0)
    assert (cloud.items("OrdersTable"), stripe.asked, stock_of(cloud, board)) == (before, [], 2)


# Repeated calls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["place_order", "buy_product"])
def test_a_repeated_call_is_one_order(cloud: Cloud, shop: Shop, buyer: Buyer, function: str) -> None:
    board = shop.product(stock=5)
    body = buyer.wants((board, 2)) if function == "place_order" else {"product_id": board.id, "quantity": 2}
    first, again = (buyer.call(function, json=body, key="once") for _ in range(2))
    assert (first.status, again.status, first.json) == (201, 201, again.json)
    assert again.headers["idempotent-replayed"] == "true"
    assert stock_of(cloud, board) == 3
    changed = buyer.call(function, json={**body, "note": "another"}, key="once")
    refused(changed, 422, "idempotency_key_reused")


def test_a_repeated_call_is_answered_even_if_its_products_are_no_longer_for_sale(
    cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    board = shop.product(stock=1)
    first = buyer.call("place_order", json=buyer.wants((board, 1)), key="once")
    shop.edit(board, removed=True)
    again = buyer.call("place_order", json=buyer.wants((board, 1)), key="once")
    assert (again.status, again.json) == (201, first.json)
    refused(buyer.call("place_order", json=buyer.wants((board, 1)), key="twice"), 409, "product_unavailable")
