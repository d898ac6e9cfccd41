"""POST /orders and /buyers/orders: the page at the vendor, opened, refused, or with no clear answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from souk.http.waiting import wait_until
from souk.shared.errors import VendorRefused
from souk.storefront.orders.model import Order, PaymentStatus, Status
from souk.wiring.orders import checkout_sessions, order_repository
from tests.functions.cloud import Cloud, forget
from tests.functions.storefront.orders.market import Buyer, Shop, movements_of, refused, stock_of
from tests.unit.storefront.payments.stripe_in_process import Stripe
from tooling.contract.template import read_template


def test_a_refusal_of_the_vendor_returns_the_stock_and_says_why(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    board = shop.product(stock=5)
    stripe.refuse("The amount is too small.")
    for _ in range(2):
        answer = buyer.call("place_order", json=buyer.wants((board, 2)), key="once")
        refused(answer, 422, "vendor_refused", detail="The amount is too small.", vendor="stripe")
        assert answer.json["vendor_errors"] == [{"code": "amount_too_small", "message": "The amount is too small."}]
    assert len(stripe.asked) == 1
    [order_id] = {order_id for _, _, order_id in movements_of(cloud, board)}
    order = buyer.order(order_id)
    assert (order.status, order.payment.status, order.due_at) == (Status.CANCELLED, PaymentStatus.FAILED, None)
    assert (stock_of(cloud, board), [units for units, _, _ in movements_of(cloud, board)]) == (5, [-2, 2])
    [sale] = shop.call("list_sales").json["orders"]
    assert (sale["status"], sale["payment_status"]) == ("cancelled", "failed")


@pytest.mark.parametrize("function", ["place_order", "buy_product"])
@pytest.mark.parametrize("fault", ["fail", "drop", "throttle"])
def test_an_unclear_answer_leaves_the_order_pending_and_the_repeated_call_opens_the_session(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, fault: str, function: str
) -> None:
    board = shop.product(stock=5)
    stripe.fault(fault)
    body = buyer.wants((board, 2)) if function == "place_order" else {"product_id": board.id, "quantity": 2}
    first = buyer.call(function, json=body, key="once")
    assert (first.status, first.json["status"], first.json["payment_url"]) == (201, "pending", None)
    again = buyer.call(function, json=body, key="once")
    assert (again.status, again.json["payment_url"]) == (201, "https://checkout.stripe.com/c/pay/cs_test_1")
    assert len({sent.headers["Idempotency-Key"] for sent in stripe.asked}) == 1
    assert len({sent.content for sent in stripe.asked}) == 1
    assert stock_of(cloud, board) == 3


def test_a_repeated_call_waits_for_the_session_that_the_first_call_is_opening(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    """The vendor answers that the key is in use, until the first call is through."""
    now = [0.0]

    def pause(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(wait_until, "__kwdefaults__", {"pause": pause, "monotonic": lambda: now[0]})
    body = buyer.wants((shop.product(), 1))
    stripe.fault("fail", times=4)
    assert buyer.call("place_order", json=body, key="once").json["payment_url"] is None
    again = buyer.call("place_order", json=body, key="once")
    assert again.json["payment_url"] == "https://checkout.stripe.com/c/pay/cs_test_1"
    assert 0 < now[0] < 5


def test_a_session_whose_answer_was_lost_is_opened_only_once(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    stripe.fault("lose_answer")
    order = buyer.order(buyer.places((shop.product(), 1)))
    assert (order.payment.url, len(stripe.sessions)) == (None, 1)
    assert checkout_sessions().open(order).payment.url == "https://checkout.stripe.com/c/pay/cs_test_1"
    assert len(stripe.sessions) == 1


def _deploy_again(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """With other pages to return to."""
    parameter = read_template()["Parameters"]["CheckoutSuccessUrl"]
    monkeypatch.setitem(parameter, "Default", f"https://{name}.example/{{ORDER_ID}}")
    forget()


@pytest.mark.parametrize("by", ["repetition", "sweep"])
def test_a_request_that_a_deployment_has_changed_is_made_in_a_new_attempt(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, by: str
) -> None:
    board = shop.product(stock=5)
    body = buyer.wants((board, 2))
    stripe.fault("lose_answer")
    order_id = buyer.call("place_order", json=body, key="once").json["order_id"]
    assert buyer.order(order_id).payment.url is None
    _deploy_again(monkeypatch, "new")
    if by == "sweep":
        cloud.invoke("sweep_orders", {"starting": True})
    else:
        again = buyer.call("place_order", json=body, key="once")
        assert again.json["payment_url"] == "https://checkout.stripe.com/c/pay/cs_test_2"
    order = buyer.order(order_id)
    assert (order.payment.attempt, order.payment.session_id) == (2, "cs_test_2")
    assert [one["success_url"] for one in stripe.forms][-1] == f"https://new.example/{order_id}"
    assert stock_of(cloud, board) == 3


def test_the_stock_is_not_held_anew_by_each_deployment(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    stripe.fault("lose_answer")
    order = buyer.order(buyer.places((shop.product(), 1)))
    for name in ("second", "third"):
        _deploy_again(monkeypatch, name)
        stripe.fault("lose_answer", call="create_session")
        cloud.invoke("sweep_orders", {"starting": True})
    left = buyer.order(order.id)
    assert (left.status, left.payment.attempt, left.payment.url) == (Status.PENDING, 2, None)
    assert left.due_at is not None


def _asked_long_ago(order: Order) -> Order:
    early = timedelta(minutes=10)
    payment = replace(order.payment, expires_at=order.payment.expires_at - early)
    return order_repository().save(order, replace(order, payment=payment), order.updated_at)


def test_a_session_requested_too_late_is_requested_in_a_new_attempt(shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    stripe.fault("fail")
    order = _asked_long_ago(buyer.order(buyer.places((shop.product(), 1))))
    opened = checkout_sessions().open(order)
    assert (opened.payment.attempt, opened.payment.url) == (2, "https://checkout.stripe.com/c/pay/cs_test_1")
    assert opened.payment.expires_at > order.payment.expires_at
    assert [sent.headers["Idempotency-Key"][-1] for sent in stripe.asked] == ["1", "1", "2"]


def test_an_order_is_closed_when_the_new_attempt_is_refused_too(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    board = shop.product(stock=1)
    stripe.fault("fail")
    stripe.refuse(after=1)
    order = _asked_long_ago(buyer.order(buyer.places((board, 1))))
    with pytest.raises(VendorRefused):
        checkout_sessions().open(order)
    assert (buyer.order(order.id).status, stock_of(cloud, board)) == (Status.CANCELLED, 1)


def test_a_payment_that_is_faster_than_our_own_write_wins(shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    paid: list[Order] = []

    stripe.before_next_answer(lambda: paid.append(buyer.has_paid(stripe.forms[0]["client_reference_id"])))
    answer = buyer.call("place_order", json=buyer.wants((shop.product(), 1)))
    assert (answer.status, answer.json["status"]) == (201, "confirmed")
    assert buyer.order(answer.json["order_id"]) == paid[0]
