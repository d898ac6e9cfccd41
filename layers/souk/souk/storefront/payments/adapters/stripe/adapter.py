"""Stripe behind the `Payments` Protocol: one page per attempt and one refund per id, even if answers are lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    ORDER,
    REFUND,
    ReplyError,
    metadata,
    refund_of,
    session_of,
    text,
    to_stripe,
)
from souk.storefront.payments.model import RefundOutcome, Session, SessionRequest, SessionStatus, VendorRefund

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
            "amount": _count(request.amount),
            "reason": "requested_by_customer",
            "metadata": {ORDER: request.order_id, BUYER: request.buyer_id, REFUND: request.refund_id},
        }
        try:
            return refund_of(self._api.post("the refund", "/refunds", fields, f"refund-{request.refund_id}"))
        except VendorThrottled:
            raise
        except (VendorRefused, VendorFailed):
            if (found := self.find_refund(request)) is None:
                raise
            return found

    def find_refund(self, request: VendorRefund) -> RefundOutcome | None:
        query = {"payment_intent": request.intent_id, "limit": str(_PAGE)}
        while True:
            page = self._api.get("the refunds of a payment", "/refunds", query)
            entries = _entries(page)
            for entry in entries:
                if metadata(entry).get(REFUND) == request.refund_id:
                    return refund_of(entry)
            if page.get("has_more") is not True or not entries:
                return None
            query = {**query, "starting_after": text(entries[-1], "id")}


def _session_form(request: SessionRequest) -> Mapping[str, Value]:
    """Only cards: a card payment is complete when the page closes, so stock is never reserved for days."""
    our_ids = {ORDER: request.order_id, BUYER: request.buyer_id}
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


def _entries(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = page.get("data")
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise ReplyError("data")
    return data
