"""Payments with lost answers, declined cards, and events that arrive twice, late or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from local.testing import PATIENCE, LocalStack, wait_until
from tests.e2e.storefront.trading import Buyer, Shop, Stripe, press


def place_once(buyer: Buyer, body: Mapping[str, Any], key: str) -> dict[str, Any]:
    return buyer.expect(201, "POST", "/orders", body, Idempotency_Key=key)


def settled(buyer: Buyer, order: str) -> dict[str, Any]:
    """The order, once no refund is pending."""

    def at_rest() -> dict[str, Any] | None:
        now = buyer.order(order)
        return now if all(one["status"] != "pending" for one in now["refunds"]) else None

    return wait_until(at_rest) or {}


def all_taken(stripe: Stripe) -> bool:
    return all(event["due"] is None for event in stripe.state()["events"])


@pytest.mark.parametrize(
    ("mode", "more"),
    [
        ("lose_answer", {}),
        ("fail_after", {}),
        ("garbage", {}),
        ("drop", {}),
        ("fail", {}),
        ("throttle", {}),
        ("refuse", {"code": "idempotency_key_in_use"}),
        ("refuse", {"code": "invalid_api_key"}),
    ],
)
def test_an_order_whose_payment_page_was_lost_gets_the_same_page_by_a_repeated_call(
    shop: Shop, buyer: Buyer, stripe: Stripe, mode: str, more: dict[str, Any]
) -> None:
    product = shop.product(stock_quantity=1)
    body, key = buyer.wanted(product), uuid.uuid4().hex
    stripe.fault("create_session", mode, **more)
    first = place_once(buyer, body, key)
    assert first["payment_url"] is None
    second = place_once(buyer, body, key)
    assert second["order_id"] == first["order_id"]
    assert len(stripe.sessions(first["order_id"])) == 1
    buyer.pay(second)
    buyer.becomes(first["order_id"], "confirmed")
    assert shop.stock(product) == 0


def test_a_refusal_has_the_vendors_message_and_the_stock_is_returned(shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    product = shop.product(stock_quantity=1)
    stripe.fault("create_session", "refuse", code="amount_too_small", message="Too small for a card.")
    body, key = buyer.wanted(product), uuid.uuid4().hex
    refusals = [buyer.expect(422, "POST", "/orders", body, Idempotency_Key=key) for _ in range(2)]
    assert [one["error"] for one in refusals] == ["vendor_refused"] * 2
    assert [one["message"] for one in refusals] == ["Too small for a card."] * 2
    assert shop.stock(product) == 1


def test_another_card_can_be_used_after_a_declined_one(shop: Shop, buyer: Buyer) -> None:
    placed = buyer.place(shop.product())
    press(placed["payment_url"], "decline")
    assert buyer.order(placed["order_id"])["status"] == "pending"
    buyer.pay(placed)
    buyer.becomes(placed["order_id"], "confirmed")


def test_an_abandoned_page_returns_the_stock(shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    product = shop.product(stock_quantity=2)
    placed = buyer.place(product, 2)
    assert shop.stock(product) == 0
    [session] = stripe.sessions(placed["order_id"])
    stripe.switch(expire=session["id"])
    buyer.becomes(placed["order_id"], "cancelled")
    assert shop.stock(product) == 2


def test_events_in_any_order_and_number_confirm_and_refund_once(shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    product = shop.product(stock_quantity=3)
    wait_until(lambda: all_taken(stripe))
    before = {event["id"] for event in stripe.state()["events"]}
    stripe.switch(hold_events=True)
    placed = buyer.place(product)
    buyer.pay(placed)
    order = placed["order_id"]
    buyer.expect(409, "POST", f"/orders/{order}/cancel")  # it has just been paid, and is confirmed by that
    buyer.expect(200, "POST", f"/orders/{order}/cancel")
    events = [event["id"] for event in stripe.state()["events"] if event["id"] not in before]
    stripe.switch(deliver=[*reversed(events), *events])
    stripe.switch(hold_events=False)
    now = settled(buyer, order)
    assert now["status"] == "refunded"
    assert [refund["amount"] for refund in now["refunds"]] == [now["total"]]
    assert shop.stock(product) == 3
    assert len(stripe.refunds(order)) == 1


def test_a_cancellation_asks_the_vendor_when_the_event_was_lost(shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    stripe.fault("webhook:checkout.session.completed", "drop")
    placed = buyer.place(shop.product())
    buyer.pay(placed)
    refusal = buyer.expect(409, "POST", f"/orders/{placed['order_id']}/cancel")
    assert refusal["error"] == "already_paid"
    assert buyer.order(placed["order_id"])["status"] == "confirmed"


@pytest.mark.parametrize(("outcome", "status"), [("succeeded", "refunded"), ("failed", "cancelled")])
def test_a_slow_refund_is_settled_by_its_event(
    shop: Shop, buyer: Buyer, stripe: Stripe, outcome: str, status: str
) -> None:
    order = buyer.buy(shop.product())
    stripe.switch(refund_outcome="pending")
    cancelled = buyer.expect(200, "POST", f"/orders/{order}/cancel")
    assert [refund["status"] for refund in cancelled["refunds"]] == ["pending"]
    [there] = stripe.refunds(order)
    stripe.switch(settle_refund={"id": there["id"], "status": outcome})
    now = settled(buyer, order)
    assert (now["status"], [refund["status"] for refund in now["refunds"]]) == (status, [outcome])


@pytest.mark.parametrize("mode", ["lose_answer", "fail_after"])
def test_a_refund_whose_answer_was_lost_is_made_once(shop: Shop, buyer: Buyer, stripe: Stripe, mode: str) -> None:
    order = buyer.buy(shop.product())
    stripe.fault("create_refund", mode)
    buyer.expect(200, "POST", f"/orders/{order}/cancel")
    assert settled(buyer, order)["status"] == "refunded"
    assert len(stripe.refunds(order)) == 1


@pytest.mark.parametrize("signature", [None, "t=1,v1=0", "nonsense"])
def test_an_event_without_stripes_signature_changes_nothing(
    souk: LocalStack, shop: Shop, buyer: Buyer, signature: str | None
) -> None:
    placed = buyer.place(shop.product())
    forged = {
        "id": "evt_forged",
        "type": "checkout.session.completed",
        "created": 1795000000,
        "data": {"object": {"metadata": {"order": placed["order_id"], "buyer": buyer.id}, "payment_status": "paid"}},
    }
    headers = {"Stripe-Signature": signature} if signature else {}
    answer = httpx.post(f"{souk.url}/payments/webhook", json=forged, headers=headers, timeout=PATIENCE, trust_env=False)
    assert answer.status_code == 400
    assert buyer.order(placed["order_id"])["status"] == "pending"


def test_an_undelivered_payment_is_delivered_after_a_restart(
    souk: LocalStack, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    product = shop.product(stock_quantity=1)
    stripe.switch(hold_events=True)
    placed = buyer.place(product)
    buyer.pay(placed)
    souk.stop()
    souk.start()
    buyer.becomes(placed["order_id"], "confirmed")
    assert shop.stock(product) == 0
