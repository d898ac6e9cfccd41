"""Stripe behind the `Payments` Protocol: one page per attempt and one refund per id, even if answers are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import httpx

from souk.shared.alarms import RaiseAlarm
from souk.shared.clock import Clock
from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused, VendorThrottled
from souk.shared.money import Money
from souk.storefront.payments.adapters.stripe.amounts import VENDOR
from souk.storefront.payments.adapters.stripe.api import StripeApi, Value
from souk.storefront.payments.adapters.stripe.replies import (
    BUYER,
    INSTALLATION,
    ORDER,
    REFUND,
    ReplyError,
    metadata,
    order_named_by,
    refund_of,
    session_of,
    text,
    to_stripe,
)
from souk.storefront.payments.model import (
    ListedSession,
    ListedSessions,
    RefundOutcome,
    RefundStatus,
    Session,
    SessionRequest,
    SessionStatus,
    VendorRefund,
)

_PAGE = 100
_SESSIONS = "/checkout/sessions"


class StripePayments:
    """Implements `souk.storefront.payments.model.Payments`; that Protocol says what is raised when."""

    vendor = VENDOR

    def __init__(
        self,
        client: httpx.Client,
        base_url: str,
        secret_key: Callable[[], str],
        raise_alarm: RaiseAlarm,
        clock: Clock,
    ) -> None:
        self._api = StripeApi(client, base_url.rstrip("/"), secret_key, raise_alarm, clock)

    def open_session(self, request: SessionRequest) -> Session:
        key = f"order-{request.order_id}-checkout-{request.attempt}"
        return session_of(self._api.post("the payment page", _SESSIONS, _session_form(request), key))

    def session(self, session_id: str) -> Session:
        return session_of(self._api.get("the state of a payment", f"{_SESSIONS}/{session_id}"))

    def complete_sessions(self, since: datetime, after: str | None = None) -> ListedSessions:
        """What names no order is not read: other users of the account have pages of other shapes."""
        query = {"created[gte]": str(int(since.timestamp())), "status": "complete"}
        entries, last = self._page("the complete pages", _SESSIONS, query, after)
        named = ((entry, order_named_by(entry)) for entry in entries)
        ours = (ListedSession(text(one, "id"), *ids, partial(session_of, one)) for one, ids in named if ids)
        return ListedSessions(tuple(ours), last)

    def expire_session(self, session_id: str) -> Session:
        try:
            return session_of(self._api.post("the end of a payment page", f"{_SESSIONS}/{session_id}/expire", {}))
        except VendorRefused as refusal:
            now = self.session(session_id)  # only an open page can be expired: this one has ended already
            if now.status is SessionStatus.OPEN:
                raise VendorFailed(VENDOR, refusal.detail) from refusal
            return now

    def refund(self, request: VendorRefund) -> RefundOutcome:
        """After a refusal or failure, looks for a refund of this id that was made before, and returns that."""
        fields: Mapping[str, Value] = {
            "payment_intent": request.intent_id,
            "amount": None if request.amount is None else _count(request.amount),
            "reason": "requested_by_customer",
            "metadata": {ORDER: request.order_id, BUYER: request.buyer_id, REFUND: request.refund_id},
        }
        try:
            return refund_of(self._api.post("the refund", "/refunds", fields, f"refund-{request.refund_id}"))
        except VendorThrottled:
            raise
        except (VendorRefused, VendorFailed) as error:
            if found := self.find_refund(request):
                return found
            if request.amount is None and _nothing_is_left(error):
                return RefundOutcome("", RefundStatus.SUCCEEDED)
            raise

    def find_refund(self, request: VendorRefund) -> RefundOutcome | None:
        entries = self._list("the refunds of a payment", "/refunds", {"payment_intent": request.intent_id})
        return next((refund_of(one) for one in entries if metadata(one).get(REFUND) == request.refund_id), None)

    def _list(self, what: str, path: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """All entries of a list, newest first; each page is read when it is needed."""
        last = None
        while True:
            entries, last = self._page(what, path, query, last)
            yield from entries
            if last is None:
                return

    def _page(
        self, what: str, path: str, query: Mapping[str, str], after: str | None
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """The entries after that with the id `after`, and the id of the last one; None at the end of the list."""
        start = {} if after is None else {"starting_after": after}
        page = self._api.get(what, path, {**query, "limit": str(_PAGE), **start})
        entries = _entries(page)
        return entries, text(entries[-1], "id") if entries and page.get("has_more") is True else None


def _session_form(request: SessionRequest) -> Mapping[str, Value]:
    """Only cards: a card payment is complete when the page closes, so stock is never reserved for days."""
    our_ids = {ORDER: request.order_id, BUYER: request.buyer_id, INSTALLATION: request.installation}
    return {
        "mode": "payment",
        "payment_method_types": ["card"],
        "client_reference_id": request.order_id,
        "metadata": our_ids,
        "payment_intent_data": {"metadata": our_ids},  # Stripe does not copy a session's
        "line_items": [
            {
                "quantity": line.quantity,
                "price_data": {
                    "currency": request.currency.lower(),
                    "unit_amount": _count(line.unit),
                    "product_data": {"name": line.name},
                },
            }
            for line in request.lines
        ],
        "customer_email": request.email,
        "expires_at": int(request.expires_at.timestamp()),
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
    }


def _count(money: Money) -> int:
    try:
        return to_stripe(money)
    except ValueError as error:
        raise VendorRefused(VENDOR, [VendorProblem("amount_invalid", f"{error}.")]) from error


def _nothing_is_left(error: VendorRefused | VendorFailed) -> bool:
    return isinstance(error, VendorRefused) and error.problems[0].code == "charge_already_refunded"


def _entries(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = page.get("data")
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise ReplyError("data")
    return data
