"""The stand-in's events: signed, delivered until they are accepted, and disturbed on request."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from souk.shared.errors import InvalidRequest
from souk.storefront.payments.adapters.stripe.webhook import read_event
from souk.storefront.payments.model import ChargeEvent, Event, EventKind, RefundEvent, RefundStatus, SessionEvent
from tests.unit.storefront.payments.payment_builders import BUYER, ORDER, TOTAL, refund_request, request, usd
from tests.unit.storefront.payments.stripe_loopback import SECRET, Heard, Shop, Stripe

pytestmark = pytest.mark.enable_socket

PAID = ["payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"]


def understood(heard: Heard, stripe: Stripe) -> Event | None:
    return read_event(heard.body, heard.signature, SECRET, datetime.fromtimestamp(stripe.now, UTC))


def pay(stripe: Stripe) -> str:
    session = stripe.payments.open_session(request())
    stripe.press(session.id, "pay")
    return session.id


def intent_of(stripe: Stripe, session_id: str) -> str:
    intent_id = stripe.payments.session(session_id).intent_id
    assert intent_id is not None
    return intent_id


def test_a_payment_is_delivered_and_the_library_parses_it(heard: Stripe, shop: Shop) -> None:
    session_id = pay(heard)
    events = [understood(shop.hear(), heard) for _ in PAID]
    assert events[:2] == [None, None]
    paid = events[2]
    assert isinstance(paid, SessionEvent)
    assert (paid.kind, paid.order_id, paid.buyer_id) == (EventKind.PAID, ORDER, BUYER)
    assert (paid.session.id, paid.amount, paid.intent_id) == (session_id, TOTAL, intent_of(heard, session_id))


def test_the_expiry_of_a_page_is_delivered(heard: Stripe, shop: Shop) -> None:
    heard.payments.open_session(request())
    heard.pass_time(31 * 60)
    event = understood(shop.hear(), heard)
    assert isinstance(event, SessionEvent)
    assert event.kind is EventKind.UNPAID


def test_a_refund_and_its_charge_are_delivered(heard: Stripe, shop: Shop) -> None:
    intent_id = intent_of(heard, pay(heard))
    shop.hear_all(len(PAID))
    heard.payments.refund(refund_request("100.00", intent_id=intent_id))
    refund, charge = (understood(shop.hear(), heard) for _ in range(2))
    assert isinstance(refund, RefundEvent)
    assert (refund.refund_id, refund.outcome.status) == ("refund-1", RefundStatus.SUCCEEDED)
    assert (refund.amount, refund.intent_id) == (usd("100.00"), intent_id)
    assert isinstance(charge, ChargeEvent)
    assert (charge.order_id, charge.amount) == (ORDER, usd("100.00"))


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_a_pending_refund_is_delivered_again_when_it_ends(heard: Stripe, shop: Shop, outcome: str) -> None:
    intent_id = intent_of(heard, pay(heard))
    shop.hear_all(len(PAID))
    heard.control(refund_outcome="pending")
    made = heard.payments.refund(refund_request(intent_id=intent_id))
    assert shop.hear_all(2) == ["refund.created", "charge.refunded"]
    heard.control(settle_refund={"id": made.id, "status": outcome})
    event = understood(shop.hear(), heard)
    assert isinstance(event, RefundEvent)
    assert event.outcome.status == outcome


def test_an_event_is_delivered_again_until_it_is_accepted(heard: Stripe, shop: Shop) -> None:
    shop.statuses = [500, 404]
    session = heard.payments.open_session(request())
    heard.payments.expire_session(session.id)
    tellings = []
    for _ in range(3):
        tellings.append(shop.hear())
        heard.pass_time(60)
    assert len({telling.event["id"] for telling in tellings}) == 1
    assert len({telling.signature for telling in tellings}) == 3, "each telling is signed at its own time"


def test_an_undelivered_event_is_delivered_after_a_restart(tmp_path: Path, shop: Shop) -> None:
    deaf = Stripe(tmp_path)
    pay(deaf)
    deaf.close()
    back = Stripe(tmp_path, shop.url)
    try:
        assert shop.hear_all(3) == PAID
    finally:
        back.close()


def test_an_event_for_an_unreachable_shop_is_delivered_later(heard: Stripe, shop: Shop) -> None:
    heard.control(hold_events=True)
    pay(heard)
    assert shop.is_silent
    heard.control(hold_events=False)
    assert shop.hear_all(3) == PAID


def test_held_events_are_delivered_in_any_order_and_number(heard: Stripe, shop: Shop) -> None:
    heard.control(hold_events=True)
    pay(heard)
    ids = {event["type"]: event["id"] for event in heard.state()["events"]}
    wanted = [PAID[2], PAID[0], PAID[2]]
    assert heard.control(deliver=[ids[kind] for kind in wanted]).status_code == 200
    assert shop.hear_all(3) == wanted
    heard.control(hold_events=False)
    assert shop.hear_all(1) == [PAID[1]]


@pytest.mark.parametrize("mode", ["lose_answer", "fail_after"])
def test_a_lost_answer_causes_a_duplicate_delivery(heard: Stripe, shop: Shop, mode: str) -> None:
    heard.fault("webhook:checkout.session.completed", mode)
    pay(heard)
    assert shop.hear_all(3) == PAID
    heard.pass_time(60)
    assert shop.hear_all(1) == [PAID[2]]


def test_a_dropped_event_is_delivered_only_on_demand(heard: Stripe, shop: Shop) -> None:
    heard.fault("webhook:checkout.session.completed", "drop")
    pay(heard)
    assert shop.hear_all(2) == PAID[:2]
    heard.payments.refund(refund_request(intent_id=intent_of(heard, heard.state()["sessions"][0]["id"])))
    assert shop.hear_all(2) == ["refund.created", "charge.refunded"]
    [dropped] = [event for event in heard.state()["events"] if event["answer"] == "dropped"]
    heard.control(deliver=[dropped["id"]])
    assert shop.hear_all(1) == [PAID[2]]


def test_a_delayed_event_arrives_after_later_ones(heard: Stripe, shop: Shop) -> None:
    heard.fault("webhook:payment_intent.succeeded", "delay", seconds=600)
    pay(heard)
    assert shop.hear_all(2) == PAID[1:]
    heard.pass_time(600)
    assert shop.hear_all(1) == PAID[:1]


def test_a_delivery_may_fail_before_it_reaches_the_shop(heard: Stripe, shop: Shop) -> None:
    heard.fault("webhook", "fail")
    pay(heard)
    assert shop.hear_all(2) == PAID[1:]
    heard.pass_time(60)
    assert shop.hear_all(1) == PAID[:1]


def test_a_forged_event_arrives_before_the_real_one(heard: Stripe, shop: Shop) -> None:
    heard.fault("webhook", "garbage")
    session = heard.payments.open_session(request())
    heard.payments.expire_session(session.id)
    with pytest.raises(InvalidRequest):
        understood(shop.hear(), heard)
    heard.pass_time(60)
    assert understood(shop.hear(), heard) is not None


def test_a_fault_for_any_call_does_not_affect_deliveries(heard: Stripe, shop: Shop) -> None:
    session = heard.payments.open_session(request())
    heard.fault("*", "throttle")
    heard.press(session.id, "pay")
    assert shop.hear_all(3) == PAID
    assert len(heard.state()["faults"]) == 1
