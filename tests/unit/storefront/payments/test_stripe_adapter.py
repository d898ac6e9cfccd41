"""The exact requests of the adapter, and its result for every kind of response."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from souk.shared.alarms import Alarm
from souk.shared.clock import Clock
from souk.shared.errors import VendorFailed, VendorRefused, VendorThrottled
from souk.shared.money import Money
from souk.storefront.payments.adapters.stripe.adapter import StripePayments
from souk.storefront.payments.model import RefundStatus, RequestChanged, SessionLine, SessionStatus
from tests.unit.storefront.payments.payment_builders import (
    BUYER,
    INTENT,
    KEY,
    NOW,
    ORDER,
    SESSION,
    TOTAL,
    Alarms,
    Reply,
    adapter,
    error_json,
    form_of,
    list_json,
    paid_json,
    refund_json,
    refund_request,
    refused,
    request,
    said,
    session_json,
)


def answering(
    *replies: Callable[[], Reply], clock: Clock = lambda: NOW, alarms: Alarms = ()
) -> tuple[list[httpx.Request], StripePayments]:
    """What was asked, and an adapter to a Stripe that gives these replies in order, and the last one from then on."""
    asked: list[httpx.Request] = []

    def answer(sent: httpx.Request) -> httpx.Response:
        asked.append(sent)
        reply = replies[min(len(asked), len(replies)) - 1]()
        if isinstance(reply, Exception):
            raise reply
        return reply

    return asked, adapter(httpx.Client(transport=httpx.MockTransport(answer)), clock=clock, alarms=alarms)


def opening(*replies: Callable[[], Reply]) -> StripePayments:
    return answering(*replies)[1]


def test_the_request_of_a_session_is_exactly_as_documented() -> None:
    asked, payments = answering(lambda: said(session_json()))
    payments.open_session(request(attempt=2))
    [sent] = asked
    assert str(sent.url) == "https://api.stripe.com/v1/checkout/sessions"
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    assert sent.headers["Stripe-Version"] == "2026-10-28.endive"
    assert sent.headers["Idempotency-Key"] == f"order-{ORDER}-checkout-2"
    assert sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    lines = [("35mm camera", 1, 12900), ("Film", 4, 650), ("Shipping", 1, 800), ("Tax", 1, 1446)]
    items: dict[str, str] = {}
    for number, (name, quantity, count) in enumerate(lines):
        items[f"line_items[{number}][quantity]"] = str(quantity)
        items[f"line_items[{number}][price_data][currency]"] = "usd"
        items[f"line_items[{number}][price_data][unit_amount]"] = str(count)
        items[f"line_items[{number}][price_data][product_data][name]"] = name
    assert form_of(sent) == items | {
        "mode": "payment",
        "payment_method_types[0]": "card",
        "client_reference_id": ORDER,
        "metadata[order]": ORDER,
        "metadata[buyer]": BUYER,
        "payment_intent_data[metadata][order]": ORDER,
        "payment_intent_data[metadata][buyer]": BUYER,
        "customer_email": "ada@example.com",
        "expires_at": str(int((NOW + timedelta(minutes=31)).timestamp())),
        "success_url": "https://shop.example/ok?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.example/cart",
    }


def test_a_repeated_request_is_identical_to_the_last_byte() -> None:
    asked, payments = answering(lambda: said(session_json()))
    payments.open_session(request())
    payments.open_session(request())
    first, second = asked
    assert first.content == second.content
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


def test_the_lines_of_a_request_add_up_to_its_total() -> None:
    assert request().total == TOTAL


def test_a_request_without_an_email_leaves_it_out() -> None:
    asked, payments = answering(lambda: said(session_json()))
    payments.open_session(request(email=None))
    assert "customer_email" not in form_of(asked[0])


def test_a_session_is_parsed() -> None:
    session = opening(lambda: said(session_json())).open_session(request())
    assert (session.id, session.status, session.paid, session.amount) == (SESSION, SessionStatus.OPEN, False, TOTAL)
    assert session.url == f"https://checkout.stripe.com/c/pay/{SESSION}#x"
    assert session.intent_id is None
    assert session.expires_at == datetime(2026, 11, 21, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shape", "status", "paid", "intent_id"),
    [
        (paid_json(), SessionStatus.COMPLETE, True, INTENT),
        (session_json(status="expired", url=None), SessionStatus.EXPIRED, False, None),
    ],
    ids=["paid", "expired"],
)
def test_an_ended_session_is_parsed(
    shape: dict[str, Any], status: SessionStatus, paid: bool, intent_id: str | None
) -> None:
    session = answering(lambda: said(shape))[1].session(SESSION)
    assert (session.status, session.paid, session.url, session.intent_id) == (status, paid, None, intent_id)


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"status": "pending"}, RefundStatus.PENDING, None),
        ({"status": "failed", "failure_reason": "declined"}, RefundStatus.FAILED, "declined"),
    ],
    ids=["pending", "failed"],
)
def test_a_refund_that_has_not_succeeded_is_parsed(
    changes: dict[str, Any], status: RefundStatus, reason: str | None
) -> None:
    outcome = answering(lambda: said(refund_json(**changes)))[1].refund(refund_request())
    assert (outcome.id, outcome.status, outcome.reason) == ("re_1", status, reason)


def test_an_amount_that_stripe_cannot_express_is_refused_before_it_is_sent() -> None:
    ariary = Money(Decimal("12.50"), "MGA")
    asked, payments = answering(lambda: said(session_json()))
    with pytest.raises(VendorRefused):
        payments.open_session(request(lines=(SessionLine("Cup", ariary),), currency="MGA"))
    assert asked == []


def test_the_request_of_a_refund_is_exactly_as_documented() -> None:
    asked, payments = answering(lambda: said(refund_json(6550)))
    outcome = payments.refund(refund_request("65.50"))
    assert (outcome.id, outcome.status, outcome.reason) == ("re_1", RefundStatus.SUCCEEDED, None)
    [sent] = asked
    assert sent.headers["Idempotency-Key"] == "refund-refund-1"
    assert form_of(sent) == {
        "payment_intent": INTENT,
        "amount": "6550",
        "reason": "requested_by_customer",
        "metadata[order]": ORDER,
        "metadata[buyer]": BUYER,
        "metadata[refund]": "refund-1",
    }


# Every row of what Stripe's errors mean ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (lambda: refused(400, "invalid_request_error", param="line_items"), "invalid_request_error"),
        (lambda: refused(400, "invalid_request_error", code="amount_too_small"), "amount_too_small"),
        (lambda: refused(404, "invalid_request_error", code="resource_missing"), "resource_missing"),
        (lambda: refused(402, "card_error", code="card_declined", decline_code="insufficient_funds"), "card_declined"),
        (lambda: httpx.Response(400, json={"error": {"message": "No."}}), "400"),
    ],
)
def test_a_refusal_is_final_and_has_stripes_code(reply: Callable[[], Reply], code: str) -> None:
    with pytest.raises(VendorRefused) as refusal:
        opening(reply).open_session(request())
    [problem] = refusal.value.problems
    assert problem.code == code


def test_stripes_own_message_reaches_the_caller() -> None:
    words = "Amount must convert to at least 50 cents."
    with pytest.raises(VendorRefused, match=words):
        opening(lambda: refused(400, "invalid_request_error", message=words)).open_session(request())


@pytest.mark.parametrize("code", ["rate_limit", "lock_timeout"])
def test_too_many_requests_are_throttled_for_the_given_time(code: str) -> None:
    document = error_json("invalid_request_error", code=code)
    reply = httpx.Response(429, json=document, headers={"Retry-After": "2"})
    with pytest.raises(VendorThrottled) as failure:
        opening(lambda: reply).open_session(request())
    assert failure.value.retry_after == 2


@pytest.mark.parametrize(
    "reply",
    [
        lambda: httpx.Response(500),
        lambda: refused(500, "api_error"),
        lambda: httpx.Response(503, headers={"Retry-After": "9999999"}),
        lambda: httpx.Response(302, headers={"Location": "https://elsewhere.example"}),
        lambda: httpx.Response(200, text="<html>"),
        lambda: httpx.Response(200, json=[]),
        lambda: said(session_json(url=7)),
        lambda: said(session_json(amount_total=None)),
        lambda: httpx.Response(200, content=b" " * (1024 * 1024 + 1)),
        lambda: httpx.ConnectError("refused"),
        lambda: httpx.ConnectTimeout("slow"),
        lambda: httpx.ReadTimeout("slow"),
        lambda: httpx.RemoteProtocolError("gone"),
        lambda: refused(409, "idempotency_error", code="idempotency_key_in_use"),
        # A proxy between us and Stripe answers in its own words.
        lambda: httpx.Response(400),
        lambda: httpx.Response(408, text="<html>"),
        lambda: httpx.Response(404, json={"error": "not found"}),
    ],
)
def test_an_ambiguous_response_is_an_unknown_outcome(reply: Callable[[], Reply]) -> None:
    with pytest.raises(VendorFailed) as failure:
        opening(reply).open_session(request())
    assert not isinstance(failure.value, VendorThrottled | RequestChanged)


def test_a_key_that_was_used_with_another_request_is_told_apart() -> None:
    with pytest.raises(RequestChanged):
        opening(lambda: refused(400, "idempotency_error")).open_session(request())


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_api_key_raises_an_alarm_and_is_not_shown_to_a_buyer(status: int) -> None:
    message = "Invalid API Key provided: sk_test_sam***ple"
    alarms: list[tuple[Alarm, dict[str, str]]] = []
    _, payments = answering(lambda: refused(status, "invalid_request_error", message=message), alarms=alarms)
    with pytest.raises(VendorFailed) as failure:
        payments.open_session(request())
    assert type(failure.value) is VendorFailed
    assert "sk_" not in failure.value.detail
    assert alarms == [(Alarm.VENDOR_KEY_REFUSED, {"vendor": "stripe"})]


def test_a_response_that_arrives_too_slowly_is_given_up() -> None:
    times = iter([NOW, *[NOW + timedelta(seconds=13)] * 9])
    _, payments = answering(lambda: said(session_json()), clock=lambda: next(times))
    with pytest.raises(VendorFailed, match="too long"):
        payments.open_session(request())


# What has happened before --------------------------------------------------------------------------------------------


def test_an_open_page_that_cannot_be_closed_is_an_unknown_outcome() -> None:
    _, payments = answering(lambda: refused(400, "invalid_request_error"), lambda: said(session_json()))
    with pytest.raises(VendorFailed):
        payments.expire_session(SESSION)


@pytest.mark.parametrize(
    "reply",
    [
        lambda: httpx.Response(500),
        lambda: httpx.ReadTimeout("slow"),
        lambda: refused(400, "invalid_request_error", code="charge_already_refunded"),
    ],
)
def test_a_refund_that_was_made_is_found_after_an_error(reply: Callable[[], Reply]) -> None:
    theirs = refund_json(100, refund_id="another", id="re_0")
    _, payments = answering(reply, lambda: said(list_json(theirs, refund_json(id="re_7"))))
    assert payments.refund(refund_request()).id == "re_7"


def test_a_refund_that_was_not_made_raises_the_error() -> None:
    _, payments = answering(lambda: httpx.Response(500), lambda: said(list_json()))
    with pytest.raises(VendorFailed):
        payments.refund(refund_request())


def test_a_throttled_refund_is_not_searched_for() -> None:
    asked, payments = answering(lambda: httpx.Response(429))
    with pytest.raises(VendorThrottled):
        payments.refund(refund_request())
    assert len(asked) == 1


def test_a_refusal_after_which_refunds_cannot_be_listed_is_an_unknown_outcome() -> None:
    refusal = refused(400, "invalid_request_error", code="charge_already_refunded")
    _, payments = answering(lambda: refusal, lambda: httpx.Response(500))
    with pytest.raises(VendorFailed):
        payments.refund(refund_request())


def test_refunds_are_searched_for_on_every_page() -> None:
    pages = [
        lambda: said(list_json(refund_json(1, refund_id="a", id="re_a"), has_more=True)),
        lambda: said(list_json(refund_json(1, refund_id="b", id="re_b"))),
    ]
    asked, payments = answering(*pages)
    found = payments.find_refund(refund_request(refund_id="b"))
    assert found is not None
    assert found.id == "re_b"
    first, second = (dict(sent.url.params) for sent in asked)
    assert first == {"payment_intent": INTENT, "limit": "100"}
    assert second == {"payment_intent": INTENT, "limit": "100", "starting_after": "re_a"}


def test_an_invalid_list_is_an_unknown_outcome() -> None:
    _, payments = answering(lambda: said({"object": "list", "data": None}))
    with pytest.raises(VendorFailed):
        payments.find_refund(refund_request())


def test_pages_of_other_users_are_not_read_and_one_that_is_malformed_keeps_no_other_from_being_read() -> None:
    saving_a_card = session_json(id="cs_theirs", mode="setup", amount_total=None, metadata={}, status="complete")
    malformed = session_json(id="cs_odd", amount_total=None, status="complete")
    paid_page = session_json(id="cs_fine", status="complete", payment_status="paid", url=None)
    _, payments = answering(lambda: said(list_json(saving_a_card, malformed, paid_page)))
    odd, fine = payments.complete_sessions(NOW).sessions
    assert (odd.id, fine.id, fine.read().paid) == ("cs_odd", "cs_fine", True)
    with pytest.raises(VendorFailed, match="amount_total"):
        odd.read()


def test_a_part_of_the_list_with_no_page_of_ours_says_where_the_list_goes_on() -> None:
    theirs = session_json(id="cs_theirs", metadata={}, status="complete")
    asked, payments = answering(lambda: said(list_json(theirs, has_more=True)))
    listed = payments.complete_sessions(NOW, "cs_before")
    assert (listed.sessions, listed.last) == ((), "cs_theirs")
    assert asked[0].url.params["starting_after"] == "cs_before"
