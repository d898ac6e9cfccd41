"""What `Payments` promises, held by the adapter against the stand-in. Replies in Stripe's own shapes are in
test_stripe_adapter.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from souk.shared.errors import VendorFailed, VendorRefused, VendorThrottled
from souk.shared.money import CURRENCIES, Money
from souk.storefront.payments.adapters.stripe.adapter import StripePayments
from souk.storefront.payments.adapters.stripe.amounts import charge_rules
from souk.storefront.payments.model import RefundStatus, Session, SessionLine, SessionStatus
from tests.unit.storefront.payments.payment_builders import (
    BUYER,
    NOW,
    ORDER,
    TOTAL,
    adapter,
    refund_request,
    request,
    usd,
)
from tests.unit.storefront.payments.stripe_in_process import Stripe


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stripe(clock: Clock) -> Iterator[Stripe]:
    running = Stripe(clock)
    yield running
    running.close()


@pytest.fixture
def payments(stripe: Stripe) -> StripePayments:
    return adapter(stripe.client, alarms=[])


@pytest.fixture
def intent_id(stripe: Stripe, payments: StripePayments) -> str:
    """Of an order that a buyer has paid in full."""
    payments.open_session(request())
    return str(stripe.pay(ORDER)["payment_intent"])


def test_an_order_gets_an_open_page_for_exactly_its_total(payments: StripePayments) -> None:
    session = payments.open_session(request())
    assert (session.status, session.paid, session.amount) == (SessionStatus.OPEN, False, TOTAL)
    assert session.url is not None
    assert session.id in session.url
    assert session.expires_at == NOW + timedelta(minutes=31)
    assert session.intent_id is None


def page_for(payments: StripePayments, amount: Money) -> Session:
    lines = (SessionLine("Camera", amount),)
    return payments.open_session(replace(request(lines=lines, currency=amount.currency), order_id=str(amount)))


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(VendorRefused) as refused:
        act()
    return refused.value.problems[0].code


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_stripe_takes_exactly_the_amounts_that_the_rules_of_a_currency_say(
    payments: StripePayments, currency: str
) -> None:
    rules = charge_rules(currency)
    for bound in (rules.least, rules.most):
        rules.require_charge([bound], bound)
        assert page_for(payments, bound).amount == bound
    beyond = {"amount_too_large": rules.most + rules.step}
    if rules.least != rules.step:
        beyond["amount_too_small"] = rules.least - rules.step
    for code, amount in beyond.items():
        assert refusal_of(partial(rules.require_charge, [amount], amount)) == code
        assert refusal_of(partial(page_for, payments, amount)) == code


@pytest.mark.parametrize(
    ("currency", "count"), [("bhd", 1234), ("jod", 1234), ("kwd", 1235), ("omr", 1231), ("tnd", 1239), ("isk", 12345)]
)
def test_the_stand_in_refuses_the_digits_that_stripe_does_not_take(stripe: Stripe, currency: str, count: int) -> None:
    form = {
        "mode": "payment",
        "success_url": "https://shop.example/ok",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": currency,
        "line_items[0][price_data][unit_amount]": str(count),
        "line_items[0][price_data][product_data][name]": "Camera",
    }
    answer = stripe.post("/v1/checkout/sessions", form)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_charge_amount_no_decimal_compatible")


def test_the_stand_in_refunds_no_third_decimal(stripe: Stripe, payments: StripePayments) -> None:
    dinars = Money(Decimal("12.340"), "KWD")
    page_for(payments, dinars)
    intent = stripe.pay(str(dinars))["payment_intent"]
    refused = stripe.post("/v1/refunds", {"payment_intent": intent, "amount": "1234"})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "amount")
    assert stripe.post("/v1/refunds", {"payment_intent": intent, "amount": "1230"}).json()["amount"] == 1230


def test_one_attempt_has_one_page(payments: StripePayments) -> None:
    assert payments.open_session(request()) == payments.open_session(request())


@pytest.mark.parametrize(
    "fault",
    [
        {"mode": "lose_answer"},
        {"mode": "garbage"},
        {"mode": "fail_after"},
        {"mode": "fail"},
        {"mode": "drop"},
        {"mode": "refuse", "code": "idempotency_key_in_use"},
        {"mode": "refuse", "code": "invalid_api_key"},
    ],
    ids=str,
)
def test_an_unknown_outcome_is_asked_for_again_under_the_same_key(
    stripe: Stripe, payments: StripePayments, fault: dict[str, str]
) -> None:
    stripe.fault(**fault)
    with pytest.raises(VendorFailed) as failure:
        payments.open_session(request())
    assert not isinstance(failure.value, VendorThrottled)
    assert payments.open_session(request()).status is SessionStatus.OPEN
    assert len({sent.headers["Idempotency-Key"] for sent in stripe.asked}) == 1
    assert len(stripe.sessions) == 1


def test_a_500_that_stripe_keeps_stays_unknown_under_its_key(stripe: Stripe, payments: StripePayments) -> None:
    stripe.refuse(code="api_error")
    for _ in range(3):
        with pytest.raises(VendorFailed):
            payments.open_session(request())


def test_http_429_throttles_and_may_be_asked_again(stripe: Stripe, payments: StripePayments) -> None:
    stripe.fault("throttle")
    with pytest.raises(VendorThrottled) as failure:
        payments.open_session(request())
    assert failure.value.retry_after == 2
    assert payments.open_session(request()).status is SessionStatus.OPEN


def test_a_refused_card_is_final(stripe: Stripe, payments: StripePayments) -> None:
    stripe.refuse("Your card was declined.", "card_declined")
    with pytest.raises(VendorRefused, match="Your card was declined") as refusal:
        payments.open_session(request())
    assert refusal.value.problems[0].code == "card_declined"


def test_a_key_that_comes_again_with_another_request_says_nothing_about_the_first(payments: StripePayments) -> None:
    payments.open_session(request())
    with pytest.raises(VendorFailed):
        payments.open_session(request(lines=(SessionLine("Another camera", usd("1.00")),)))


def test_a_life_of_less_than_half_an_hour_is_refused(payments: StripePayments) -> None:
    with pytest.raises(VendorRefused):
        payments.open_session(request(expires_at=NOW + timedelta(minutes=29)))


def test_an_amount_below_a_cards_least_is_refused(payments: StripePayments) -> None:
    with pytest.raises(VendorRefused) as refusal:
        payments.open_session(request(lines=(SessionLine("Pin", usd("0.49")),)))
    assert refusal.value.problems[0].code == "amount_too_small"


def test_a_paid_page_names_the_payment(stripe: Stripe, payments: StripePayments) -> None:
    opened = payments.open_session(request())
    stripe.pay(ORDER)
    session = payments.session(opened.id)
    assert (session.status, session.paid, session.url, session.amount) == (SessionStatus.COMPLETE, True, None, TOTAL)
    assert session.intent_id is not None
    assert session.intent_id.startswith("pi_")


def test_complete_pages_are_listed_with_their_orders_newest_first_and_from_any_position(
    clock: Clock, stripe: Stripe, payments: StripePayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("souk.storefront.payments.adapters.stripe.adapter._PAGE", 2)
    for number in range(6):
        clock.now = NOW + timedelta(seconds=number)
        payments.open_session(request(order_id=f"order-{number}", installation="ours" if number % 2 else None))
        if number != 3:
            stripe.pay(f"order-{number}")
    since = NOW + timedelta(seconds=1)
    first = payments.complete_sessions(since)
    second = payments.complete_sessions(since, first.last)
    assert first.last == first.sessions[-1].id
    assert second.last is None
    found = (*first.sessions, *second.sessions)
    assert [one.order_id for one in found] == ["order-5", "order-4", "order-2", "order-1"]
    read = [one.read() for one in found]
    assert [one.installation for one in read] == ["ours", None, None, "ours"]
    assert [one.opened_at for one in read] == [NOW + timedelta(seconds=number) for number in (5, 4, 2, 1)]
    assert {(one.paid, one.amount) for one in read} == {(True, TOTAL)}
    assert {one.buyer_id for one in found} == {BUYER}
    [after_the_second] = payments.complete_sessions(since, found[2].id).sessions
    assert after_the_second.order_id == "order-1"


def test_a_page_expires_by_time(clock: Clock, payments: StripePayments) -> None:
    opened = payments.open_session(request())
    clock.now += timedelta(minutes=31)
    session = payments.session(opened.id)
    assert (session.status, session.paid, session.url) == (SessionStatus.EXPIRED, False, None)


def test_expiring_twice_is_expiring_once(payments: StripePayments) -> None:
    session = payments.open_session(request())
    assert payments.expire_session(session.id).status is SessionStatus.EXPIRED
    assert payments.expire_session(session.id).status is SessionStatus.EXPIRED


def test_expiring_a_paid_page_answers_that_it_was_paid(stripe: Stripe, payments: StripePayments) -> None:
    opened = payments.open_session(request())
    stripe.pay(ORDER)
    now = payments.expire_session(opened.id)
    assert (now.status, now.paid) == (SessionStatus.COMPLETE, True)
    assert now.intent_id is not None


def test_an_unknown_page_is_refused(payments: StripePayments) -> None:
    with pytest.raises(VendorRefused) as refusal:
        payments.session("cs_test_none")
    assert refusal.value.problems[0].code == "resource_missing"


def test_a_refund_is_made_once_for_its_id(payments: StripePayments, intent_id: str) -> None:
    first = payments.refund(refund_request(intent_id=intent_id))
    assert first.status is RefundStatus.SUCCEEDED
    assert payments.refund(refund_request(intent_id=intent_id)) == first


def test_a_refund_whose_answer_was_lost_is_the_one_that_was_made(
    stripe: Stripe, payments: StripePayments, intent_id: str
) -> None:
    stripe.fault("lose_answer", call="create_refund")
    found = payments.refund(refund_request(intent_id=intent_id))
    assert found == payments.refund(refund_request(intent_id=intent_id))


def test_a_refund_behind_a_500_that_stripe_keeps_is_found(
    stripe: Stripe, payments: StripePayments, intent_id: str
) -> None:
    stripe.refuse(code="api_error_after", call="create_refund")
    assert payments.refund(refund_request(intent_id=intent_id)).status is RefundStatus.SUCCEEDED


def test_no_refund_behind_a_500_that_stripe_keeps_stays_unknown(
    stripe: Stripe, payments: StripePayments, intent_id: str
) -> None:
    stripe.refuse(code="api_error", call="create_refund")
    for _ in range(2):
        with pytest.raises(VendorFailed):
            payments.refund(refund_request(intent_id=intent_id))


def test_more_than_was_paid_is_never_refunded(payments: StripePayments, intent_id: str) -> None:
    with pytest.raises(VendorRefused):
        payments.refund(refund_request("177.47", intent_id=intent_id))


def test_a_full_refund_is_found_again_after_its_key_is_forgotten(
    stripe: Stripe, payments: StripePayments, intent_id: str
) -> None:
    first = payments.refund(refund_request(intent_id=intent_id))
    stripe.control(forget_keys=True)
    assert payments.refund(refund_request(intent_id=intent_id)) == first


def test_nothing_is_left_to_refund_after_a_full_refund(payments: StripePayments, intent_id: str) -> None:
    wanted = refund_request(intent_id=intent_id)
    payments.refund(wanted)
    with pytest.raises(VendorRefused) as refusal:
        payments.refund(replace(wanted, refund_id="refund-2"))
    assert refusal.value.problems[0].code == "charge_already_refunded"


@pytest.mark.parametrize("before", ["0.46", "177.46"])
def test_what_is_left_is_refunded_even_if_that_is_nothing(
    before: str, stripe: Stripe, payments: StripePayments, intent_id: str
) -> None:
    payments.refund(refund_request(before, intent_id=intent_id))
    rest = replace(refund_request(intent_id=intent_id, refund_id="rest"), amount=None)
    outcomes = [payments.refund(rest) for _ in range(2)]
    assert [one.status for one in outcomes] == [RefundStatus.SUCCEEDED] * 2
    assert sum(one["amount"] for one in stripe.refunds) == TOTAL.minor


def test_a_refund_may_take_time(stripe: Stripe, payments: StripePayments, intent_id: str) -> None:
    stripe.control(refund_outcome="pending")
    assert payments.refund(refund_request(intent_id=intent_id)).status is RefundStatus.PENDING


def test_a_refund_may_fail_and_says_why(stripe: Stripe, payments: StripePayments, intent_id: str) -> None:
    stripe.control(refund_outcome="failed")
    outcome = payments.refund(refund_request(intent_id=intent_id))
    assert (outcome.status, outcome.reason) == (RefundStatus.FAILED, "declined")


def test_a_refund_is_found_by_our_id(payments: StripePayments, intent_id: str) -> None:
    made = payments.refund(refund_request(intent_id=intent_id))
    assert payments.find_refund(refund_request(intent_id=intent_id)) == made


def test_no_refund_is_found_where_none_was_made(payments: StripePayments, intent_id: str) -> None:
    assert payments.find_refund(refund_request(intent_id=intent_id)) is None
