"""refund_order"""

from __future__ import annotations

from typing import Any

import pytest

from souk.storefront.orders.model import RefundStatus, Status
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Answer, Cloud, Person
from tests.functions.storefront.orders.market import ENTRY, STEPS, Buyer, Shop, call, refused, stock_of
from tests.unit.storefront.payments.stripe_in_process import Stripe


def refund(shop: Shop, order_id: str, *, key: str | None = None, **wanted: Any) -> Answer:
    body = {"reason": "It arrived with a scratch.", **wanted}
    return call(shop.cloud, shop.person, "refund_order", key=key, params={"id": order_id}, json=body)


def test_units_are_refunded_and_returned_to_the_stock(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    board = shop.product(stock=5, price="40.00")
    order_id = buyer.buys((board, 3))
    answer = refund(shop, order_id, lines=[{"line_id": "1", "quantity": 2}], restock=True)
    assert (answer.status, answer.json["amount"], answer.json["status"]) == (201, 80.0, "succeeded")
    assert answer.json["items"] == {"1": 2}
    assert [one["amount"] for one in stripe.refunds] == [8000]
    assert stock_of(cloud, board) == 4
    assert refund(shop, order_id, lines=[{"line_id": "1", "quantity": 1}]).json["amount"] == 40.0
    assert stock_of(cloud, board) == 5  # cancelled by that, and never sent


@pytest.mark.parametrize("restock", [None, True, False])
def test_what_was_refunded_whole_before_it_shipped_is_cancelled(
    cloud: Cloud, shop: Shop, buyer: Buyer, restock: bool | None
) -> None:
    board = shop.product(stock=5)
    order_id = buyer.buys((board, 2))
    shop.move(order_id, "processing")
    refund(shop, order_id, lines=[{"line_id": "1", "quantity": 1}], restock=restock)
    assert shop.call("list_sales").json["orders"][0]["status"] == "processing"
    refund(shop, order_id, restock=restock)
    assert stock_of(cloud, board) == (3 if restock is False else 5)
    for status in STEPS[1:]:
        refused(shop.move(order_id, status), 409, "illegal_transition", current="cancelled")
    refused(shop.call("add_tracking", order_id, json=ENTRY), 409, "illegal_transition")
    assert buyer.call("get_order", order_id).json["fulfilments"][0]["status"] == "cancelled"
    assert buyer.order(order_id).status is Status.REFUNDED


def test_a_refund_never_exceeds_the_payment(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    order_id = buyer.buys((shop.product(price="40.00"), 1))
    assert refund(shop, order_id, amount=30).status == 201
    answer = refund(shop, order_id, amount=10.01)
    assert (answer.status, answer.json["error"]) == (409, "refund_exceeds_capture")
    assert refund(shop, order_id).json["amount"] == 10.0
    assert sum(one["amount"] for one in stripe.refunds) == 4000


def test_amounts_are_refunded_that_the_payment_vendor_takes(shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    order_id = buyer.buys((shop.product(price="12.340", currency="KWD"), 1))
    answer = refund(shop, order_id, amount=1.234)
    assert (answer.status, [one["field"] for one in answer.json["errors"]]) == (400, ["amount"])
    assert buyer.order(order_id).refunds == ()
    assert refund(shop, order_id, amount=1.23).status == 201
    assert [one["amount"] for one in stripe.refunds] == [1230]


def test_an_unpaid_order_is_not_refunded(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    answer = refund(shop, buyer.places((shop.product(), 1)), amount=1)
    assert (answer.status, answer.json["error"]) == (409, "refund_exceeds_capture")


@pytest.mark.parametrize(
    "wanted",
    [
        {"amount": 1.005},
        {"amount": 0},
        {"amount": -1},
        {"amount": 1, "restock": True},
        {"amount": 1, "lines": [{"line_id": "1", "quantity": 1}]},
        {"lines": []},
        {"lines": [{"line_id": "1", "quantity": 0}]},
        {"lines": [{"line_id": "9", "quantity": 1}]},
        {"lines": [{"line_id": "1", "quantity": 1}, {"line_id": "1", "quantity": 1}]},
        {"reason": ""},
    ],
)
def test_a_contradictory_refund_is_refused(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, wanted: dict[str, Any]
) -> None:
    order_id = buyer.buys((shop.product(), 1))
    answer = refund(shop, order_id, **wanted)
    assert (answer.status, answer.json["error"]) == (400, "validation_failed")
    assert buyer.order(order_id).refunds == ()


def test_a_repeated_call_refunds_once(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    order_id = buyer.buys((shop.product(), 2))
    answers = [refund(shop, order_id, key="once", amount=5) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert refund(shop, order_id, key="once", amount=6).status == 422
    assert len(stripe.refunds) == 1


def test_an_unclear_answer_of_the_vendor_leaves_the_refund_pending(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    order_id = buyer.buys((shop.product(), 1))
    with stripe.down():
        answer = refund(shop, order_id)
    assert (answer.status, answer.json["status"]) == (201, "pending")
    order = buyer.order(order_id)
    assert order.due_at == order.refunds[0].due_at
    assert refund(shop, order_id).json["error"] == "refund_exceeds_capture"


def test_a_refusal_has_the_vendors_words_and_releases_the_amount(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    order_id = buyer.buys((shop.product(), 1))
    stripe.refuse("This charge is disputed.", "charge_disputed")
    answer = refund(shop, order_id)
    assert (answer.status, answer.json["error"]) == (422, "vendor_refused")
    assert answer.json["detail"] == "This charge is disputed."
    assert [one.status for one in buyer.order(order_id).refunds] == [RefundStatus.FAILED]
    assert refund(shop, order_id).status == 201


def test_a_seller_refunds_its_own_part_and_an_operator_any(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    rival, stranger = Shop(cloud, "Board and Bowl"), Shop(cloud, "Far Away")
    order_id = buyer.buys((shop.product(price="40.00"), 1), (rival.product(price="7.00"), 1))
    assert refund(stranger, order_id).status == 404
    assert refund(shop, order_id, seller_id=rival.id).status == 403
    assert call(cloud, buyer.person, "refund_order", params={"id": order_id}, json={"reason": "r"}).status == 403
    assert refund(rival, order_id).json["amount"] == 7.0
    operator = Person(register(cloud, "op@example.com", role="user").id, ("user", "Operator"))
    cloud.invoke("grant_operator", {"email": "op@example.com"})
    params, body = {"id": order_id}, {"reason": "A complaint.", "amount": 1}
    whose = call(cloud, operator, "refund_order", params=params, json=body)
    assert (whose.status, [(one["field"], one["code"]) for one in whose.json["errors"]]) == (
        400,
        [("seller_id", "required")],
    )
    body["seller_id"] = "nobody"
    whose = call(cloud, operator, "refund_order", params=params, json=body)
    assert [(one["field"], one["code"]) for one in whose.json["errors"]] == [("seller_id", "unknown_value")]
    body["seller_id"] = shop.id
    assert call(cloud, operator, "refund_order", params=params, json=body).json["amount"] == 1.0
    assert call(cloud, operator, "refund_order", params={"id": "unknown"}, json=body).status == 404
