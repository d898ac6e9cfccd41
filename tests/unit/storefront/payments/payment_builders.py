"""Requests as orders make them, and responses in shapes that Stripe has been observed to send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import httpx

from souk.shared.alarms import Alarm
from souk.shared.clock import Clock
from souk.shared.money import Money
from souk.storefront.payments.adapters.stripe.adapter import StripePayments
from souk.storefront.payments.model import SessionLine, SessionRequest, VendorRefund

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ORDER = "0197a2b4-0000-7000-8000-000000000001"
BUYER = "0197a2b4-0000-7000-8000-0000000000bb"
KEY = "sk_test_sample"
SESSION, INTENT, CHARGE, REFUND = "cs_test_a1B2", "pi_1", "ch_1", "re_1"


type Alarms = list[tuple[Alarm, dict[str, str]]] | tuple[()]


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


LINES = (
    SessionLine("35mm camera", usd("129.00")),
    SessionLine("Film", usd("6.50"), 4),
    SessionLine("Shipping", usd("8.00")),
    SessionLine("Tax", usd("14.46")),
)
TOTAL = usd("177.46")


def request(**changes: Any) -> SessionRequest:
    fields: dict[str, Any] = {
        "order_id": ORDER,
        "buyer_id": BUYER,
        "lines": LINES,
        "currency": "USD",
        "success_url": "https://shop.example/ok?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.example/cart",
        "expires_at": NOW + timedelta(minutes=31),
        "email": "ada@example.com",
    }
    return SessionRequest(**(fields | changes))


def refund_request(amount: str = "177.46", *, intent_id: str = INTENT, refund_id: str = "refund-1") -> VendorRefund:
    return VendorRefund(refund_id, ORDER, BUYER, intent_id, usd(amount))


def adapter(
    client: httpx.Client, base_url: str = "https://api.stripe.com/", *, clock: Clock = lambda: NOW, alarms: Alarms = ()
) -> StripePayments:
    """`alarms`: a list that collects alarms; without it an alarm is an error."""

    def raise_alarm(alarm: Alarm, **ids: str) -> None:
        assert isinstance(alarms, list), f"an unexpected alarm: {alarm}"
        alarms.append((alarm, ids))

    return StripePayments(client, base_url, lambda: KEY, raise_alarm, clock)


def session_json(**changes: Any) -> dict[str, Any]:
    return {
        "id": SESSION,
        "object": "checkout.session",
        "amount_subtotal": 17746,
        "amount_total": 17746,
        "client_reference_id": ORDER,
        "created": int(NOW.timestamp()),
        "currency": "usd",
        "customer": None,
        "customer_details": None,
        "expires_at": int(NOW.timestamp()) + 1860,
        "livemode": False,
        "metadata": {"order": ORDER, "buyer": BUYER},
        "mode": "payment",
        "payment_intent": None,
        "payment_status": "unpaid",
        "status": "open",
        "url": f"https://checkout.stripe.com/c/pay/{SESSION}#x",
    } | changes


def paid_json(**changes: Any) -> dict[str, Any]:
    paid = {"status": "complete", "payment_status": "paid", "payment_intent": INTENT, "url": None}
    return session_json(**(paid | changes))


def refund_json(amount: int = 17746, refund_id: str = "refund-1", **changes: Any) -> dict[str, Any]:
    return {
        "id": REFUND,
        "object": "refund",
        "amount": amount,
        "charge": CHARGE,
        "created": int(NOW.timestamp()),
        "currency": "usd",
        "failure_reason": None,
        "metadata": {"order": ORDER, "buyer": BUYER, "refund": refund_id},
        "payment_intent": INTENT,
        "reason": "requested_by_customer",
        "status": "succeeded",
    } | changes


def error_json(kind: str, message: str = "No.", **more: Any) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message, **more}}


def list_json(*entries: dict[str, Any], has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "url": "/v1/refunds", "has_more": has_more, "data": list(entries)}


type Reply = httpx.Response | Exception


def refused(status: int, kind: str, **more: Any) -> httpx.Response:
    return httpx.Response(status, json=error_json(kind, **more))


def said(document: Mapping[str, Any]) -> httpx.Response:
    return httpx.Response(200, json=document)


def form_of(sent: httpx.Request) -> dict[str, str]:
    return dict(parse_qsl(sent.content.decode(), keep_blank_values=True, strict_parsing=True))


def event_json(kind: str, facts: Mapping[str, Any], **changes: Any) -> bytes:
    document = {
        "id": "evt_1",
        "object": "event",
        "type": kind,
        "api_version": "2026-10-28.endive",
        "created": int(NOW.timestamp()),
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": "req_1", "idempotency_key": None},
        "data": {"object": facts},
    }
    return json.dumps(document | changes).encode()
