"""receive_webhook"""

from __future__ import annotations

from dataclasses import replace

import pytest

from souk.shared.clock import utc_now
from souk.storefront.orders.model import RECHECK_AFTER, PaymentStatus, RefundStatus, Status
from tests.functions.cloud import Cloud, forget, sample
from tests.functions.storefront.orders.market import Buyer, Shop, movements_of, stock_of
from tests.functions.storefront.payments.events import deliver, event
from tests.unit.storefront.payments.stripe_in_process import Stripe


def test_a_payment_confirms_the_order_once(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    order_id = buyer.places((shop.product(), 2))
    sent = event("checkout.session.completed", stripe.pay(order_id))
    answers = [deliver(cloud, sent), deliver(cloud, sent)]
    assert [(one.status, one.json) for one in answers] == [(200, {"received": True})] * 2
    order = buyer.order(order_id)
    assert (order.status, order.captured) == (Status.CONFIRMED, order.total)
    again = deliver(cloud, event("checkout.session.completed", stripe.pay(order_id)))
    assert again.status == 200
    assert buyer.order(order_id) == order
    seen = [item for item in cloud.items("OrdersTable") if item["pk"].startswith("EVENT#")]
    assert [(item["order_id"], "expires_at" in item) for item in seen] == [(order_id, True)]


def test_an_event_with_a_wrong_signature_is_refused(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    order_id = buyer.places((shop.product(), 1))
    forged = deliver(cloud, event("checkout.session.completed", stripe.pay(order_id)), secret="whsec_other")
    assert (forged.status, forged.json["error"]) == (400, "validation_failed")
    unsigned = cloud.call("receive_webhook", body=b"{}", headers={"stripe-signature": ""})
    assert unsigned.status == 400
    assert buyer.order(order_id).is_pending


def test_events_that_do_not_concern_us_are_accepted_and_ignored(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    page = stripe.pay(buyer.places((shop.product(), 1)))
    for sent in (
        event("checkout.session.completed", {**page, "metadata": {}}),
        event("checkout.session.completed", {**page, "metadata": {"order": "unknown", "buyer": buyer.id}}),
        event("customer.created", {"id": "cus_1", "object": "customer"}),
    ):
        answer = deliver(cloud, sent)
        assert (answer.status, answer.json) == (200, {"received": True})


def test_the_payment_of_an_order_that_does_not_exist_is_refunded_by_the_sweep(
    cloud: Cloud,
    shop: Shop,
    buyer: Buyer,
    stripe: Stripe,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = stripe.pay(buyer.places((shop.product(), 1)))
    sent = event("checkout.session.completed", {**page, "metadata": {**page["metadata"], "order": "lost"}})
    for _ in range(2):
        assert deliver(cloud, sent).status == 200
    assert capsys.readouterr().out.count('"payment_unmatched"') == 2  # one log line and one metric line
    assert stripe.refunds == []
    later = utc_now() + RECHECK_AFTER
    monkeypatch.setattr("souk.shared.clock.utc_now", lambda: later)
    forget()
    for _ in range(2):
        cloud.invoke("sweep_orders", sample("sweep_orders"))
        assert deliver(cloud, sent).status == 200
    [refund] = stripe.refunds
    assert (refund["amount"], refund["payment_intent"]) == (page["amount_total"], page["payment_intent"])
    keys = [one.headers.get("Idempotency-Key") for one in stripe.asked if one.url.path == "/v1/refunds"]
    assert [key for key in keys if key] == [f"refund-unmatched-{page['payment_intent']}"]
    [unmatched] = [item for item in cloud.items("OrdersTable") if item["sk"] == "UNMATCHED"]
    assert (unmatched["status"], "due_at" in unmatched) == ("refunded", False)


def test_an_expired_page_returns_the_stock(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    board = shop.product(stock=5)
    order_id = buyer.places((board, 2))
    [page] = stripe.sessions
    sent = event("checkout.session.expired", {**page, "status": "expired", "url": None})
    assert deliver(cloud, {**sent, "id": "evt_other", "data": {"object": {**page, "id": "cs_other"}}}).status == 200
    assert buyer.order(order_id).is_pending
    assert deliver(cloud, sent).status == 200
    order = buyer.order(order_id)
    assert (order.status, order.payment.status) == (Status.CANCELLED, PaymentStatus.EXPIRED)
    assert [units for units, _, _ in movements_of(cloud, board)] == [-2, 2]
    assert stock_of(cloud, board) == 5


def test_a_late_payment_reserves_the_stock_again(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    board = shop.product(stock=5)
    order_id = buyer.places((board, 2))
    buyer.loses(order_id)
    deliver(cloud, event("checkout.session.completed", stripe.pay(order_id)))
    assert buyer.order(order_id).status is Status.CONFIRMED
    assert stock_of(cloud, board) == 3


def test_a_late_payment_of_a_sold_out_product_is_refunded(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    board = shop.product(stock=2)
    order_id = buyer.places((board, 2))
    buyer.loses(order_id)
    Buyer(cloud, stripe, "ann@example.com").buys((board, 1))
    deliver(cloud, event("checkout.session.completed", stripe.pay(order_id)))
    order = buyer.order(order_id)
    assert (order.status, order.refunded) == (Status.REFUNDED, order.total)
    assert [one["amount"] for one in stripe.refunds] == [order.total.minor]
    assert stock_of(cloud, board) == 1


def test_a_late_payment_of_an_order_that_its_buyer_cancelled_is_refunded(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    board = shop.product(stock=5)
    order_id = buyer.places((board, 2))
    buyer.loses(order_id, PaymentStatus.CANCELLED)
    paid = event("checkout.session.completed", stripe.pay(order_id))
    for _ in range(2):
        assert deliver(cloud, paid).status == 200
    order = buyer.order(order_id)
    assert (order.status, order.refunded) == (Status.REFUNDED, order.total)
    assert [one["amount"] for one in stripe.refunds] == [order.total.minor]
    assert stock_of(cloud, board) == 5


def test_a_payment_of_another_amount_raises_an_alarm_and_confirms_nothing(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = buyer.places((shop.product(), 1))
    sent = event("checkout.session.completed", {**stripe.pay(order_id), "amount_total": 1})
    assert deliver(cloud, sent).status == 200
    order = buyer.order(order_id)
    assert order.is_pending
    assert order.payment.mismatch is not None
    said = capsys.readouterr().out
    assert '"payment_mismatch"' in said
    assert '"Name":"Alarms"' in said


def test_a_refund_that_fails_later_is_recorded(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    order_id = buyer.buys((shop.product(), 1))
    assert buyer.call("cancel_order", order_id).status == 200
    [refund] = stripe.refunds
    sent = event("refund.failed", {**refund, "status": "failed", "failure_reason": "expired_or_canceled_card"})
    assert deliver(cloud, sent).status == 200
    order = buyer.order(order_id)
    assert (order.status, order.refunds[0].failure) == (Status.CANCELLED, "expired_or_canceled_card")
    assert replace(order.refunds[0], failure=None).status is RefundStatus.FAILED


def test_refunds_in_stripes_dashboard_raise_an_alarm(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = buyer.buys((shop.product(), 1))
    charge = {
        "id": "ch_1",
        "object": "charge",
        "amount_refunded": 100,
        "currency": "usd",
        "payment_intent": "pi_1",
        "metadata": {"order": order_id, "buyer": buyer.id},
    }
    assert deliver(cloud, event("charge.refunded", charge)).status == 200
    assert '"refund_unknown"' in capsys.readouterr().out
    assert buyer.order(order_id).status is Status.CONFIRMED
