"""cancel_order"""

from __future__ import annotations

from souk.storefront.orders.model import PaymentStatus, Status
from tests.functions.accounts.auth.accounts import remove_account
from tests.functions.cloud import Cloud
from tests.functions.storefront.orders.market import Buyer, Shop, movements_of, stock_of
from tests.unit.storefront.payments.stripe_in_process import Stripe


def test_an_unpaid_order_is_cancelled_after_its_session_has_expired(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    board = shop.product(stock=5)
    order_id = buyer.places((board, 2))
    answer = buyer.call("cancel_order", order_id)
    assert (answer.status, answer.json["status"], answer.json["payment"]["status"]) == (200, "cancelled", "cancelled")
    assert answer.headers["etag"] == f'"{buyer.order(order_id).version}"'
    assert [page["status"] for page in stripe.sessions] == ["expired"]
    assert [units for units, _, _ in movements_of(cloud, board)] == [-2, 2]
    assert stock_of(cloud, board) == 5


def test_a_paid_order_is_cancelled_and_refunded(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    board = shop.product(stock=5)
    order_id = buyer.buys((board, 2))
    assert shop.call("add_tracking", order_id, json={"notes": "Packed tomorrow."}).status == 201
    answer = buyer.call("cancel_order", order_id)
    assert (answer.status, answer.json["status"]) == (200, "refunded")
    assert [entry["notes"] for entry in answer.json["tracking"]] == ["Packed tomorrow."]
    assert [one["status"] for one in answer.json["refunds"]] == ["succeeded"]
    assert [one["amount"] for one in stripe.refunds] == [buyer.order(order_id).total.minor]
    assert stock_of(cloud, board) == 5


def test_a_cancellation_after_the_payment_says_that_it_was_paid(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    order_id = buyer.places((shop.product(), 1))
    stripe.pay(order_id)
    answer = buyer.call("cancel_order", order_id)
    assert (answer.status, answer.json["error"]) == (409, "already_paid")
    assert buyer.order(order_id).status is Status.CONFIRMED


def test_without_an_answer_of_the_vendor_nothing_is_cancelled(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    order_id = buyer.places((shop.product(), 1))
    with stripe.down():
        answer = buyer.call("cancel_order", order_id)
    assert (answer.status, answer.json["error"]) == (502, "vendor_failed")
    assert buyer.order(order_id).payment.status is PaymentStatus.AWAITING


def test_a_repeated_call_answers_again_and_resumes_its_refund(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    order_id = buyer.buys((shop.product(), 1))
    with stripe.down():
        first = buyer.call("cancel_order", order_id, key="once")
    second = buyer.call("cancel_order", order_id, key="once")
    assert [(one.status, one.json["status"]) for one in (first, second)] == [(200, "cancelled"), (200, "refunded")]
    assert second.headers["idempotent-replayed"] == "true"
    assert len(stripe.refunds) == 1


def test_a_shipped_order_is_not_cancelled(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.buys((shop.product(), 1))
    shop.move(order_id, "processing", "shipped")
    answer = buyer.call("cancel_order", order_id)
    assert (answer.status, answer.json["error"], answer.json["current"]) == (409, "illegal_transition", "shipped")


def test_another_buyers_order_is_not_found(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.places((shop.product(), 1))
    other = Buyer(cloud, buyer.stripe, "ann@example.com")
    assert other.call("cancel_order", order_id).status == 404
    assert shop.call("cancel_order", params={"id": order_id}).status == 404


def test_a_deleted_account_cannot_cancel(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.places((shop.product(), 1))
    remove_account(cloud, buyer.id)
    assert buyer.call("cancel_order", order_id).status == 401
