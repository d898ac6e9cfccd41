"""What the bank refuses, forgets or gets wrong, and what a person then has to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from souk.shared.money import Money
from souk.storefront.orders.model import PaymentStatus, RefundStatus, Status
from tests.harness.storefront.orders.bank import Page
from tests.harness.storefront.orders.market import ANNA, BEA, BORIS, OLGA, STOCK, Market, market
from tests.harness.storefront.orders.shopping import (
    Shopping,
    claim_all_is_well,
    claim_at_rest,
    claim_stock_adds_up,
    paid,
)

BODY = {
    "items": [{"product_id": "camera", "quantity": 1}],
    "shipping_address_id": "home",
    "payment_method": "card",
}


@pytest.fixture
def made() -> Iterator[Market]:
    with market() as one:
        yield one


def placed(made: Market) -> tuple[Shopping, Page]:
    shopping = Shopping(made)
    shopping.place()
    made.run_what_can()
    page = made.bank.page_of(shopping.id)
    assert page is not None
    return shopping, page


# Pages ----------------------------------------------------------------------------------------------------------------


def test_a_refused_session_returns_the_stock_and_answers_each_call_alike(made: Market) -> None:
    made.bank.refuse = "No such currency"
    answers = [made.call("place_order", BEA, body=BODY, key="k") for _ in range(2)]
    assert [(one.status, one.body["detail"]) for one in answers] == [(422, "No such currency")] * 2
    made.settle()
    assert made.available("camera") == STOCK["camera"]
    claim_all_is_well(made)


def test_a_session_without_an_answer_is_opened_by_the_sweep_and_only_once(made: Market) -> None:
    """The bank has opened it, and nobody heard: the same key answers the same page."""
    made.bank.mute = True
    shopping = Shopping(made)
    shopping.place()
    assert shopping.order.payment.url is None
    made.bank.mute = False
    made.clock.advance(timedelta(minutes=2))
    made.sweep()
    assert len(made.bank.pages) == 1
    assert shopping.order.payment.url == made.bank.pages[0].now.url
    shopping.pay()
    made.settle()
    assert shopping.stands_at(Status.CONFIRMED)
    claim_all_is_well(made)


def test_a_session_that_was_never_requested_gets_a_full_hold_of_its_own(made: Market) -> None:
    """Asked for two minutes late it would close too soon for the bank: the next attempt has another end."""
    made.bank.deaf = True
    shopping = Shopping(made)
    shopping.place()
    made.bank.deaf = False
    made.clock.advance(timedelta(minutes=2))
    made.sweep()
    assert shopping.order.payment.attempt == 2
    assert len(made.bank.pages) == 1
    shopping.pay()
    made.settle()
    assert shopping.stands_at(Status.CONFIRMED)
    claim_all_is_well(made)


def test_an_order_whose_session_the_bank_does_not_know_is_closed(made: Market) -> None:
    """As when the keys of another account are put in."""
    shopping, page = placed(made)
    made.bank.pages.remove(page)
    made.settle()
    assert shopping.stands_at(Status.CANCELLED)
    claim_stock_adds_up(made)
    claim_at_rest(made)


def test_a_bank_that_does_not_answer_when_the_hold_ends_is_asked_again_until_it_does(made: Market) -> None:
    shopping, _ = placed(made)
    shopping.pay()
    made.outbox.clear()
    made.bank.deaf = True
    for _ in range(45):
        made.clock.advance(timedelta(minutes=1))
        made.run_what_can()
        made.try_sweep()
    assert shopping.order.is_pending
    made.bank.deaf = False
    made.settle()
    assert shopping.stands_at(Status.CONFIRMED)
    claim_all_is_well(made)


# Payments that do not fit ---------------------------------------------------------------------------------------------


def test_a_payment_of_another_amount_raises_an_alarm_and_confirms_nothing(made: Market) -> None:
    shopping, page = placed(made)
    page.now = replace(page.now, amount=Money.from_minor(100, "USD"))
    made.bank.pay(page)
    made.run_what_can()
    order = shopping.order
    assert (order.status, order.payment.status) == (Status.PENDING, PaymentStatus.AWAITING)
    assert order.payment.mismatch is not None
    assert order.payment.mismatch.amount == Money.from_minor(100, "USD")
    assert made.alarms == ["payment_mismatch"]
    made.settle()
    assert shopping.stands_at(Status.CANCELLED)
    assert shopping.order.payment.mismatch == order.payment.mismatch
    claim_stock_adds_up(made)
    claim_at_rest(made)


def test_a_second_payment_raises_an_alarm_and_overwrites_nothing(made: Market) -> None:
    shopping = paid(made)
    before = shopping.order
    event = next(one for one in made.sent if one["type"] == "checkout.session.completed")
    second = {**event["data"]["object"], "payment_intent": "pi_second"}
    assert made.deliver({**event, "id": "evt_second", "data": {"object": second}}) == 200
    assert made.alarms == ["payment_mismatch"]
    assert shopping.order.payment.capture == before.payment.capture
    assert shopping.stands_at(Status.CONFIRMED)


# Refunds --------------------------------------------------------------------------------------------------------------


def test_refunds_never_exceed_the_payment_of_a_part(made: Market) -> None:
    shopping = paid(made)
    part = shopping.order.fulfilment(ANNA).total
    assert shopping.refund(amount=float(part.amount) + 0.01).body["error"] == "refund_exceeds_capture"
    assert shopping.refund(amount=1.5).status == 201
    assert shopping.refund(amount=float(part.amount)).body["error"] == "refund_exceeds_capture"
    assert shopping.refund().body["amount"] == float(part.amount) - 1.5
    assert shopping.refund().body["error"] == "refund_exceeds_capture"
    assert shopping.refund(amount=0.01).status == 409
    made.settle()
    assert made.bank.given_back(shopping.id) == part.minor


def test_units_are_refunded_with_their_share_of_the_tax_and_the_last_refund_has_the_rest(made: Market) -> None:
    shopping = paid(made, camera=2)
    part = shopping.order.fulfilment(ANNA)
    one = shopping.refund(lines=[{"line_id": "1", "quantity": 1}]).body["amount"]
    other = shopping.refund(lines=[{"line_id": "1", "quantity": 1}]).body["amount"]
    assert round(100 * (one + other)) == part.total.minor
    assert abs(one - other) < 0.011
    assert shopping.refund(lines=[{"line_id": "1", "quantity": 1}]).body["error"] == "refund_exceeds_capture"
    assert shopping.stands_at(Status.REFUNDED)


def test_sellers_refund_only_their_own_part_and_operators_name_the_seller(made: Market) -> None:
    shopping = paid(made)
    assert shopping.refund(ANNA, seller_id=BORIS).status == 403
    assert shopping.refund(ANNA, lines=[{"line_id": "2", "quantity": 1}]).status == 400  # Boris's line
    assert shopping.refund(OLGA).status == 400
    assert shopping.refund(OLGA, seller_id=BORIS).status == 201
    assert shopping.refund(BEA).status == 403
    made.settle()
    tripod = shopping.order.fulfilment(BORIS).total.minor
    assert made.bank.given_back(shopping.id) == tripod


def test_a_refused_refund_releases_its_amount_and_raises_an_alarm(made: Market) -> None:
    shopping = paid(made)
    made.bank.refuse_refunds = "charge disputed"
    answers = [shopping.market.call("refund_order", ANNA, {"id": shopping.id}, body={"reason": "r"}, key="k")]
    answers += [shopping.market.call("refund_order", ANNA, {"id": shopping.id}, body={"reason": "r"}, key="k")]
    assert [(one.status, one.body["detail"]) for one in answers] == [(422, "charge disputed")] * 2
    assert made.alarms == ["refund_failed"]
    assert [one.status for one in shopping.order.refunds] == [RefundStatus.FAILED]
    made.bank.refuse_refunds = None
    assert shopping.refund().status == 201
    made.settle()
    claim_at_rest(made)


def test_a_refund_that_the_buyers_bank_returns_can_be_made_again(made: Market) -> None:
    shopping = paid(made)
    shopping.cancel_for_sure()
    made.settle()
    assert shopping.stands_at(Status.REFUNDED)
    made.bank.settle_refund(made.bank.refunds[0], RefundStatus.FAILED)
    made.settle()
    assert shopping.stands_at(Status.CANCELLED)
    assert made.alarms == ["refund_failed"]
    for seller in (ANNA, BORIS):
        assert shopping.refund(seller).status == 201
    made.settle()
    assert shopping.stands_at(Status.REFUNDED)
    claim_stock_adds_up(made)


def test_a_refund_with_an_unknown_outcome_is_looked_up_and_never_made_twice(made: Market) -> None:
    """The bank made it without a word, and by the time it answers it has forgotten the key."""
    shopping = paid(made)
    made.bank.mute = True
    answer = shopping.refund()
    made.outbox.clear()
    assert (answer.status, answer.body["status"]) == (201, "pending")
    made.clock.advance(timedelta(hours=30))
    made.try_sweep()
    made.bank.mute = False
    made.settle()
    assert len(made.bank.refunds) == 1
    assert [one.status for one in shopping.order.refunds] == [RefundStatus.SUCCEEDED]
    claim_at_rest(made)


def test_a_pending_refund_is_resumed_by_the_repeated_call(made: Market) -> None:
    shopping = paid(made)
    made.bank.deaf = True
    first = made.call("refund_order", ANNA, {"id": shopping.id}, body={"reason": "r"}, key="k")
    made.bank.deaf = False
    second = made.call("refund_order", ANNA, {"id": shopping.id}, body={"reason": "r"}, key="k")
    assert [first.body["status"], second.body["status"]] == ["pending", "succeeded"]
    assert first.body["id"] == second.body["id"]
    assert second.headers["Idempotent-Replayed"] == "true"


def test_a_refund_made_in_the_banks_own_dashboard_raises_an_alarm(made: Market) -> None:
    shopping = paid(made)
    charge = {
        "id": "ch_1",
        "amount_refunded": 100,
        "currency": "usd",
        "payment_intent": shopping.order.payment.capture and shopping.order.payment.capture.intent_id,
        "metadata": {"order": shopping.id, "buyer": BEA},
    }
    created = int(made.clock().timestamp())
    event = {"id": "evt_desk", "type": "charge.refunded", "created": created, "data": {"object": charge}}
    assert made.deliver(event) == 200
    assert made.alarms == ["refund_unknown"]


# Cancelling and time --------------------------------------------------------------------------------------------------


def test_an_order_is_not_cancelled_once_a_part_has_shipped(made: Market) -> None:
    shopping = paid(made)
    shopping.ship(ANNA)
    assert shopping.cancel().body["error"] == "illegal_transition"
    assert shopping.set_status(ANNA, "cancelled").body["error"] == "illegal_transition"
    assert shopping.set_status(BORIS, "cancelled").status == 200
    made.settle()
    assert shopping.stands_at(Status.SHIPPED)
    claim_all_is_well(made)


def test_a_cancellation_after_the_payment_says_that_it_was_paid(made: Market) -> None:
    """The bank knows of the payment, and here nobody does yet."""
    shopping, page = placed(made)
    made.holding = True
    made.bank.pay(page)
    answer = shopping.cancel()
    assert (answer.status, answer.body["error"]) == (409, "already_paid")
    assert shopping.stands_at(Status.CONFIRMED)
    assert shopping.cancel().status == 200
    made.holding = False
    made.settle()
    assert shopping.stands_at(Status.REFUNDED)
    claim_all_is_well(made)


def test_a_repeated_cancellation_answers_what_it_did(made: Market) -> None:
    shopping = paid(made)
    answers = [made.call("cancel_order", BEA, {"id": shopping.id}, key="k") for _ in range(2)]
    assert [one.status for one in answers] == [200, 200]
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert shopping.cancel().body["error"] == "illegal_transition"
    made.settle()
    assert len(made.bank.refunds) == 1
    claim_all_is_well(made)


def test_a_delivered_part_is_complete_after_two_weeks(made: Market) -> None:
    shopping = paid(made)
    for seller in (ANNA, BORIS):
        shopping.ship(seller)
        assert shopping.set_status(seller, "delivered").status == 200
    made.run_what_can()
    made.clock.advance(timedelta(days=14) - timedelta(seconds=1))
    made.sweep()
    assert shopping.stands_at(Status.DELIVERED)
    made.clock.advance(timedelta(seconds=1))
    made.sweep()
    assert shopping.stands_at(Status.COMPLETED)
    made.run_what_can()
    claim_all_is_well(made)
