"""Only events that Stripe signed are parsed, and only those about our orders are returned."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.shared.errors import InvalidRequest, VendorFailed
from souk.storefront.payments.adapters.stripe.replies import ReplyError
from souk.storefront.payments.adapters.stripe.webhook import read_event
from souk.storefront.payments.model import (
    ChargeEvent,
    Event,
    EventKind,
    RefundEvent,
    RefundStatus,
    SessionEvent,
    SessionStatus,
)
from tests.unit.storefront.payments.payment_builders import (
    BUYER,
    INTENT,
    NOW,
    ORDER,
    REFUND,
    SESSION,
    TOTAL,
    event_json,
    paid_json,
    refund_json,
    session_json,
    usd,
)

SECRET = "whsec_test_secret"


def signed(body: bytes, at: datetime = NOW, secret: str = SECRET) -> str:
    mac = hmac.new(secret.encode(), f"{int(at.timestamp())}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={int(at.timestamp())},v1={mac}"


def read(body: bytes, header: str | None = None, now: datetime = NOW) -> Event | None:
    return read_event(body, signed(body) if header is None else header, SECRET, now)


def test_the_vendors_own_test_vector_is_accepted() -> None:
    body = b'{"id":"evt_test_1","object":"event","type":"checkout.session.completed"}'
    header = "t=1795000000,v1=f367b1e3e62c608873c7c05c7df6760cd0f82a5ebf34e225311504f253e736fb"
    with pytest.raises(ReplyError):  # it says nothing, but it is Stripe's
        read_event(body, header, SECRET, datetime.fromtimestamp(1795000000, UTC))
    with pytest.raises(InvalidRequest):
        read_event(body + b" ", header, SECRET, datetime.fromtimestamp(1795000000, UTC))


def test_one_valid_signature_of_several_is_enough() -> None:
    body = event_json("checkout.session.completed", paid_json())
    own = signed(body).partition(",")[2]
    header = f"t={int(NOW.timestamp())},v0=1234,v1={'0' * 64}, {own}"
    assert read(body, header) is not None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=",
        "v1=abc",
        f"t={int(NOW.timestamp())}",
        "t=abc,v1=abc",
        "t=٣,v1=abc",
        f"t={'9' * 400},v1=abc",
        f"t={int(NOW.timestamp())},v1=\ud800",
        f"t={int(NOW.timestamp())},v1=",
    ],
    ids=ascii,
)
def test_an_invalid_signature_header_is_refused(header: str) -> None:
    with pytest.raises(InvalidRequest):
        read(event_json("checkout.session.completed", paid_json()), header)


def test_a_signature_of_another_scheme_or_with_two_times_is_refused() -> None:
    body = event_json("checkout.session.completed", paid_json())
    for header in (signed(body).replace("v1=", "v0="), f"t=1,{signed(body)}"):
        with pytest.raises(InvalidRequest):
            read(body, header)


@given(st.binary(max_size=64), st.text(max_size=80))
def test_an_unsigned_body_is_never_parsed(body: bytes, header: str) -> None:
    with pytest.raises(InvalidRequest):
        read(body, header)


def test_a_signature_of_another_secret_is_refused() -> None:
    body = event_json("checkout.session.completed", paid_json())
    with pytest.raises(InvalidRequest, match="does not fit"):
        read(body, signed(body, secret="whsec_other"))


def test_a_signature_is_valid_for_five_minutes_and_may_be_from_the_future() -> None:
    body = event_json("checkout.session.completed", paid_json())
    assert read(body, now=NOW + timedelta(seconds=300)) is not None
    assert read(body, now=NOW - timedelta(hours=1)) is not None
    with pytest.raises(InvalidRequest, match="too old"):
        read(body, now=NOW + timedelta(seconds=301))


def test_a_paid_session_has_the_order_and_the_amount() -> None:
    event = read(event_json("checkout.session.completed", paid_json()))
    assert isinstance(event, SessionEvent)
    assert (event.id, event.kind, event.order_id, event.buyer_id) == ("evt_1", EventKind.PAID, ORDER, BUYER)
    assert (event.amount, event.intent_id, event.at) == (TOTAL, INTENT, NOW)
    assert (event.session.id, event.session.status, event.session.paid) == (SESSION, SessionStatus.COMPLETE, True)


@pytest.mark.parametrize(
    ("kind", "facts", "expected"),
    [
        ("checkout.session.completed", paid_json(payment_intent={"id": INTENT}), EventKind.PAID),
        ("checkout.session.completed", {**paid_json(), "payment_status": "no_payment_required"}, EventKind.PAID),
        ("checkout.session.async_payment_succeeded", paid_json(), EventKind.PAID),
        ("checkout.session.async_payment_failed", {**paid_json(), "payment_status": "unpaid"}, EventKind.UNPAID),
        ("checkout.session.expired", session_json(status="expired", url=None), EventKind.UNPAID),
    ],
)
def test_every_end_of_a_session_is_paid_or_unpaid(kind: str, facts: dict[str, Any], expected: EventKind) -> None:
    event = read(event_json(kind, facts))
    assert isinstance(event, SessionEvent)
    assert event.kind is expected


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("refund.created", "pending", RefundStatus.PENDING),
        ("refund.created", "requires_action", RefundStatus.PENDING),
        ("refund.updated", "succeeded", RefundStatus.SUCCEEDED),
        ("refund.failed", "failed", RefundStatus.FAILED),
        ("refund.updated", "canceled", RefundStatus.FAILED),
        ("charge.refund.updated", "succeeded", RefundStatus.SUCCEEDED),
    ],
)
def test_a_refund_of_ours_has_its_status(kind: str, status: str, expected: RefundStatus) -> None:
    event = read(event_json(kind, refund_json(6550, status=status)))
    assert isinstance(event, RefundEvent)
    assert (event.kind, event.refund_id, event.outcome.id) == (EventKind.REFUND, "refund-1", REFUND)
    assert (event.outcome.status, event.amount, event.intent_id) == (expected, usd("65.50"), INTENT)


def test_a_failed_refund_has_its_reason() -> None:
    event = read(event_json("refund.failed", refund_json(status="failed", failure_reason="lost_or_stolen_card")))
    assert isinstance(event, RefundEvent)
    assert event.outcome.reason == "lost_or_stolen_card"


def test_a_refunded_charge_has_the_sum_of_its_refunds() -> None:
    charge = {
        "id": "ch_1",
        "object": "charge",
        "amount": 17746,
        "amount_refunded": 6550,
        "currency": "usd",
        "payment_intent": INTENT,
        "metadata": {"order": ORDER, "buyer": BUYER},
    }
    event = read(event_json("charge.refunded", charge))
    assert isinstance(event, ChargeEvent)
    assert (event.kind, event.amount, event.intent_id) == (EventKind.CHARGE_REFUNDED, usd("65.50"), INTENT)


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("checkout.session.completed", {**paid_json(), "payment_status": "unpaid"}),  # slow: not over yet
        ("checkout.session.completed", paid_json(metadata={})),
        ("checkout.session.completed", paid_json(metadata={"order": ORDER})),
        ("checkout.session.completed", paid_json(metadata={"order": 1, "buyer": BUYER})),
        ("checkout.session.completed", paid_json(metadata=None)),
        ("refund.created", refund_json(metadata={})),
        ("refund.created", refund_json(metadata={"order": ORDER, "buyer": BUYER})),
        ("payment_intent.succeeded", {"id": INTENT, "metadata": {"order": ORDER, "buyer": BUYER}}),
        ("an.event.of.tomorrow", {"id": "x", "metadata": {"order": ORDER, "buyer": BUYER}}),
    ],
)
def test_events_that_do_not_concern_us_are_ignored(kind: str, facts: dict[str, Any]) -> None:
    assert read(event_json(kind, facts)) is None


@pytest.mark.parametrize(
    "facts",
    [
        paid_json(currency=None),
        paid_json(amount_total="17746"),
        paid_json(amount_total=True),
        paid_json(expires_at=None),
        session_json(status="half"),
        paid_json(id=""),
        paid_json(payment_intent={"object": "payment_intent"}),
        paid_json(currency="isk"),
    ],
)
def test_an_event_of_a_known_type_in_an_unknown_shape_is_an_error(facts: dict[str, Any]) -> None:
    with pytest.raises(ReplyError) as failure:
        read(event_json("checkout.session.expired", facts))
    assert isinstance(failure.value, VendorFailed)


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"data":[]}', b'{"data":{"object":"x"}}', b"\xff"])
def test_a_signed_body_that_is_not_an_event_is_an_error(body: bytes) -> None:
    with pytest.raises(ReplyError):
        read(body)
