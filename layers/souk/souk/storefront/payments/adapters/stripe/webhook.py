"""The events that Stripe tells by itself: signed, at least once, in any order.

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
    BUYER,
    ORDER,
    REFUND,
    ReplyError,
    metadata,
    moment,
    money,
    reference,
    refund_of,
    session_of,
    text,
)
from souk.storefront.payments.model import ChargeEvent, Event, EventKind, RefundEvent, SessionEvent

TOLERANCE: Final = timedelta(seconds=300)
"""An older signature may be a replay of something overheard; a younger clock than ours is none."""

_SESSION_KINDS = {
    "checkout.session.completed": EventKind.PAID,
    "checkout.session.async_payment_succeeded": EventKind.PAID,
    "checkout.session.async_payment_failed": EventKind.UNPAID,
    "checkout.session.expired": EventKind.UNPAID,
}
_REFUND_TYPES = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})


def read_event(raw: bytes, signature: str, secret: str, now: datetime) -> Event | None:
    """The event in the body `raw`, as it came; None for one that asks nothing of us or is not about an order of ours.

    `signature` is the header Stripe-Signature. Raises InvalidRequest when it does not fit, and ReplyError (502, so that
    Stripe tells it again and an alarm goes off) for an event that should be understood and is not.
    """
    _check_signature(raw, signature, secret, now)
    event = json_object(raw)
    data = event.get("data")
    facts = data.get("object") if isinstance(data, dict) else None
    if not isinstance(facts, dict):
        raise ReplyError("data.object")
    ours = metadata(facts)
    order_id, buyer_id = ours.get(ORDER), ours.get(BUYER)
    if not (isinstance(order_id, str) and isinstance(buyer_id, str)):
        return None
    return _understood(event, facts, order_id, buyer_id)


def _understood(event: Mapping[str, Any], facts: Mapping[str, Any], order_id: str, buyer_id: str) -> Event | None:
    event_id, at, kind = text(event, "id"), moment(event, "created"), text(event, "type")
    if kind in _SESSION_KINDS:
        session = session_of(facts)
        if _SESSION_KINDS[kind] is EventKind.PAID and not session.paid:
            return None  # a slow payment is under way; its end is an event of its own
        return SessionEvent(event_id, _SESSION_KINDS[kind], order_id, buyer_id, at, session)
    if kind in _REFUND_TYPES and isinstance(refund_id := metadata(facts).get(REFUND), str):
        return RefundEvent(
            event_id,
            EventKind.REFUND,
            order_id,
            buyer_id,
            at,
            refund_id,
            refund_of(facts),
            money(facts, "amount"),
            reference(facts, "payment_intent"),
        )
    if kind == "charge.refunded":
        total, intent_id = money(facts, "amount_refunded"), reference(facts, "payment_intent")
        return ChargeEvent(event_id, EventKind.CHARGE_REFUNDED, order_id, buyer_id, at, total, intent_id)
    return None


def _check_signature(raw: bytes, signature: str, secret: str, now: datetime) -> None:
    """One of several: while a secret is exchanged for another, Stripe signs with both."""
    parts = [part.strip().partition("=") for part in signature.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdecimal() and len(times[0]) <= 12):
        raise InvalidRequest("The Stripe-Signature header is missing or malformed.")
    expected = hmac.new(secret.encode(), times[0].encode() + b"." + raw, sha256).hexdigest().encode()
    given = [value.encode(errors="replace") for name, _, value in parts if name == "v1"]
    if not any(hmac.compare_digest(expected, one) for one in given):
        raise InvalidRequest("The signature does not fit the body.")
    if int(times[0]) < (now - TOLERANCE).timestamp():
        raise InvalidRequest("The signature is too old.")
