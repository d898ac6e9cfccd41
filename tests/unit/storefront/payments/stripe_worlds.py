"""Two Stripes for one contract: the stand-in over loopback, and a script of replies in Stripe's own shapes. A world is
put into a situation by name; how it gets there is its own business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import httpx

from souk.storefront.payments.model import Payments, Session, SessionRequest
from tests.unit.storefront.payments.payment_builders import (
    INTENT,
    SESSION,
    Reply,
    ScriptedStripe,
    adapter,
    list_json,
    paid_json,
    refund_json,
    refused,
    request,
    said,
    session_json,
)
from tests.unit.storefront.payments.stripe_loopback import Stripe


class World(Protocol):
    def enter(self, situation: str) -> Payments: ...

    def paid(self) -> str:
        """A buyer has paid the whole: the payment's id."""
        ...

    def calls(self) -> list[str]:
        """Method and kind of what was asked."""
        ...

    def close(self) -> None: ...


_CREATE, _REFUND = "create_session", "create_refund"
_FAULTS: Mapping[str, dict[str, Any]] = {
    "answer lost": {"call": _CREATE, "mode": "lose_answer"},
    "answer garbled": {"call": _CREATE, "mode": "garbage"},
    "http 500 after it was done": {"call": _CREATE, "mode": "fail_after"},
    "http 500 before it was done": {"call": _CREATE, "mode": "fail"},
    "connection lost before it was done": {"call": _CREATE, "mode": "drop"},
    "a 500 that stripe keeps": {"call": _CREATE, "mode": "refuse", "code": "api_error"},
    "http 429": {"call": _CREATE, "mode": "throttle"},
    "its twin is running": {"call": _CREATE, "mode": "refuse", "code": "idempotency_key_in_use"},
    "key refused": {"call": _CREATE, "mode": "refuse", "code": "invalid_api_key"},
    "card refused": {"call": _CREATE, "mode": "refuse", "code": "card_declined", "message": "Your card was declined."},
    "refund's answer lost": {"call": _REFUND, "mode": "lose_answer"},
    "a kept 500 for a refund that was made": {"call": _REFUND, "mode": "refuse", "code": "api_error_after"},
    "a kept 500 for a refund that was not made": {"call": _REFUND, "mode": "refuse", "code": "api_error"},
}


class StandInWorld:
    """The real server on a free port."""

    def __init__(self, folder: Path) -> None:
        self._stripe = Stripe(folder)
        self._session: Session | None = None

    def enter(self, situation: str) -> Payments:
        if fault := _FAULTS.get(situation):
            self._stripe.control(faults=[fault]).raise_for_status()
        if situation == "refunds take time":
            self._stripe.control(refund_outcome="pending").raise_for_status()
        if situation == "refunds fail":
            self._stripe.control(refund_outcome="failed").raise_for_status()
        return _Watched(self._stripe, situation)

    def paid(self) -> str:
        session = self._stripe.payments.open_session(request(attempt=9))
        self._stripe.press(session.id, "pay")
        intent_id = self._stripe.payments.session(session.id).intent_id
        assert intent_id is not None
        return intent_id

    def calls(self) -> list[str]:
        return self._stripe.calls()

    def close(self) -> None:
        self._stripe.close()


class _Watched:
    """The stand-in's adapter, with what happens meanwhile in a situation."""

    def __init__(self, stripe: Stripe, situation: str) -> None:
        self._stripe = stripe
        self._situation = situation
        self.vendor = stripe.payments.vendor
        self.session = stripe.payments.session
        self.find_refund = stripe.payments.find_refund

    def open_session(self, wanted: SessionRequest) -> Session:
        session = self._stripe.payments.open_session(wanted)
        if self._situation in ("the buyer pays", "the buyer is faster"):
            self._stripe.press(session.id, "pay")
        if self._situation == "its time comes":
            self._stripe.pass_time(31 * 60)
        return session

    def expire_session(self, session_id: str) -> Session:
        return self._stripe.payments.expire_session(session_id)

    def refund(self, wanted: Any) -> Any:
        outcome = self._stripe.payments.refund(wanted)
        if self._situation == "a day passes after a full refund":
            self._stripe.control(forget_keys=True).raise_for_status()
        return outcome


type Script = Callable[[], Reply]

_OPEN: Script = lambda: said(session_json())  # noqa: E731
_PAID: Script = lambda: said(paid_json())  # noqa: E731
_EXPIRED: Script = lambda: said(session_json(status="expired", url=None))  # noqa: E731
_NOT_OPEN: Script = lambda: refused(400, "invalid_request_error", message="Only open ones.")  # noqa: E731
_MISSING: Script = lambda: refused(404, "invalid_request_error", code="resource_missing")  # noqa: E731
_MADE: Script = lambda: said(refund_json())  # noqa: E731
_LISTED: Script = lambda: said(list_json(refund_json()))  # noqa: E731
_NONE: Script = lambda: said(list_json())  # noqa: E731
_NEW, _BACK, _LIST = "POST /checkout/sessions", "POST /refunds", "GET /refunds"
_STATE, _END = f"GET /checkout/sessions/{SESSION}", f"POST /checkout/sessions/{SESSION}/expire"


def _over(code: str) -> Script:
    return lambda: refused(400, "invalid_request_error", code=code)


_USUAL: Mapping[str, list[Script]] = {
    _NEW: [_OPEN],
    _STATE: [_EXPIRED],
    _END: [_EXPIRED, _NOT_OPEN],
    _BACK: [_MADE],
    _LIST: [_LISTED],
    "GET /checkout/sessions/cs_test_none": [_MISSING],
}
_SCRIPTS: Mapping[str, Mapping[str, list[Script]]] = {
    "answer lost": {_NEW: [lambda: httpx.RemoteProtocolError("gone"), _OPEN]},
    "answer garbled": {_NEW: [lambda: httpx.Response(200, text="<html>"), _OPEN]},
    "http 500 after it was done": {_NEW: [lambda: httpx.Response(500), _OPEN]},
    "http 500 before it was done": {_NEW: [lambda: httpx.Response(500), _OPEN]},
    "connection lost before it was done": {_NEW: [lambda: httpx.ConnectError("refused"), _OPEN]},
    "a 500 that stripe keeps": {_NEW: [lambda: refused(500, "api_error")]},
    "http 429": {_NEW: [lambda: httpx.Response(429, headers={"Retry-After": "2"}), _OPEN]},
    "its twin is running": {_NEW: [lambda: refused(409, "idempotency_error"), _OPEN]},
    "key refused": {_NEW: [lambda: refused(401, "invalid_request_error"), _OPEN]},
    "card refused": {
        _NEW: [lambda: refused(402, "card_error", code="card_declined", message="Your card was declined.")]
    },
    "asked for otherwise": {_NEW: [_OPEN, lambda: refused(400, "idempotency_error")]},
    "too short a life": {_NEW: [_over("expires_at")]},
    "too small an amount": {_NEW: [_over("amount_too_small")]},
    "the buyer pays": {_STATE: [_PAID]},
    "the buyer is faster": {_END: [_NOT_OPEN], _STATE: [_PAID]},
    "its time comes": {_STATE: [_EXPIRED]},
    "refund's answer lost": {_BACK: [lambda: httpx.ReadError("reset"), _MADE]},
    "a kept 500 for a refund that was made": {_BACK: [lambda: refused(500, "api_error")]},
    "a kept 500 for a refund that was not made": {_BACK: [lambda: refused(500, "api_error")], _LIST: [_NONE]},
    "more than was paid": {_BACK: [_over("amount")], _LIST: [_NONE]},
    "a day passes after a full refund": {_BACK: [_MADE, _over("charge_already_refunded")]},
    "another has been refunded in full": {
        _BACK: [_MADE, _over("charge_already_refunded")],
        _LIST: [lambda: said(list_json(refund_json()))],
    },
    "refunds take time": {_BACK: [lambda: said(refund_json(status="pending"))]},
    "refunds fail": {_BACK: [lambda: said(refund_json(status="failed", failure_reason="declined"))]},
    "nothing refunded": {_LIST: [_NONE]},
}  # fmt: skip
_NAMES = {_NEW: "create_session", _STATE: "get_session", _END: "expire_session", _BACK: _REFUND, _LIST: "list_refunds"}


class ScriptedWorld:
    """Replies that were written down beforehand, without a network."""

    def enter(self, situation: str) -> Payments:
        self._stripe = ScriptedStripe({**_USUAL, **_SCRIPTS.get(situation, {})})
        return adapter(self._stripe.client, alarms=[])

    def paid(self) -> str:
        return INTENT

    def calls(self) -> list[str]:
        return [_NAMES[f"{sent.method} {sent.url.path.removeprefix('/v1')}"] for sent in self._stripe.requests]

    def close(self) -> None:
        self._stripe.client.close()
