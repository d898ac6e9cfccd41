"""Stripe's webhook events: signed, delivered at least once and in any order.

Source: https://docs.stripe.com/webhooks#verify-manually
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from souk.shared.errors import InvalidRequest
from souk.shared.vendor_responses import json_object
from souk.storefront.payments.adapters.stripe.replies import (
    REFUND,
    ReplyError,
    metadata,
    moment,
    money,
    order_named_by,
    reference,
    refund_of,
    session_of,
    text,
)
from souk.storefront.payments.model import ChargeEvent, Event, EventKind, RefundEvent, SessionEvent

TOLERANCE: Final = timedelta(seconds=300)
"""An older signature may be a replay of an intercepted request. One from the future is accepted: clocks differ."""

_SESSION_KINDS = {
    "checkout.session.completed": EventKind.PAID,
    "checkout.session.async_payment_succeeded": EventKind.PAID,
    "checkout.session.async_payment_failed": EventKind.UNPAID,
    "checkout.session.expired": EventKind.UNPAID,
}
_REFUND_TYPES = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})


def read_event(raw: bytes, signature: str, secret: str, now: datetime) -> Event | None:
    """The event in the unparsed body `raw`; None for an event that needs no action or concerns no order of ours.

    `signature` is the header Stripe-Signature. Raises InvalidRequest when it does not match the body, and ReplyError
    (502, so that Stripe delivers it again and an alarm is raised) for an event of a known type in an unknown shape.
    """
    _check_signature(raw, signature, secret, now)
    event = json_object(raw)
    data = event.get("data")
    subject = data.get("object") if isinstance(data, dict) else None
    if not isinstance(subject, dict):
        raise ReplyError("data.object")
    named = order_named_by(subject)
    return _parse(event, subject, *named) if named else None


def _parse(event: Mapping[str, Any], subject: Mapping[str, Any], order_id: str, buyer_id: str) -> Event | None:
    event_id, at, kind = text(event, "id"), moment(event, "created"), text(event, "type")
    if kind in _SESSION_KINDS:
        session = session_of(subject)
        if _SESSION_KINDS[kind] is EventKind.PAID and not session.paid:
            return None  # a slow payment is under way; its end is an event of its own
        return SessionEvent(event_id, _SESSION_KINDS[kind], order_id, buyer_id, at, session)
    if kind in _REFUND_TYPES and isinstance(refund_id := metadata(subject).get(REFUND), str):
        return RefundEvent(
            event_id,
            EventKind.REFUND,
            order_id,
            buyer_id,
            at,
            refund_id,
            refund_of(subject),
            money(subject, "amount"),
            reference(subject, "payment_intent"),
        )
    if kind == "charge.refunded":
        total, intent_id = money(subject, "amount_refunded"), reference(subject, "payment_intent")
        return ChargeEvent(event_id, EventKind.CHARGE_REFUNDED, order_id, buyer_id, at, total, intent_id)
    return None


def _check_signature(raw: bytes, signature: str, secret: str, now: datetime) -> None:
    """Raises InvalidRequest unless one signature matches: while a secret is replaced, Stripe signs with both."""
    parts = [part.strip().partition("=") for part in signature.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdecimal() and len(times[0]) <= 12):
        raise InvalidRequest("The Stripe-Signature header is missing or malformed.")
    expected = hmac.new(secret.encode(), times[0].encode() + b"." + raw, sha256).hexdigest().encode()
    given = [value.encode(errors="replace") for name, _, value in parts if name == "v1"]
    if not any(hmac.compare_digest(expected, candidate) for candidate in given):
        raise InvalidRequest("The signature does not fit the body.")
    if int(times[0]) < (now - TOLERANCE).timestamp():
        raise InvalidRequest("The signature is too old.")
