"""Stripe's objects and amounts as our values. Raises ReplyError for an unexpected shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from souk.shared.errors import VendorFailed
from souk.shared.money import Money, minor_digits
from souk.storefront.payments.adapters.stripe.amounts import DIGITS, VENDOR, charge_rules
from souk.storefront.payments.model import RefundOutcome, RefundStatus, Session, SessionStatus

ORDER, BUYER, REFUND, INSTALLATION = "order", "buyer", "refund", "installation"
"""The names in Stripe's metadata of our ids, and of the installation that opened a page."""

_PAID = frozenset({"paid", "no_payment_required"})
_REFUND_STATUS = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}


class ReplyError(VendorFailed):
    """Stripe's response has an unexpected shape, so the outcome is unknown."""

    def __init__(self, name: str) -> None:
        super().__init__(VENDOR, f"Stripe's answer cannot be understood: {name} is missing or of another kind.")


def session_of(document: Mapping[str, Any]) -> Session:
    """A Checkout Session."""
    try:
        status = SessionStatus(text(document, "status"))
    except ValueError as error:
        raise ReplyError("status") from error
    return Session(
        id=text(document, "id"),
        url=_optional(document, "url"),
        status=status,
        paid=text(document, "payment_status") in _PAID,
        amount=money(document, "amount_total"),
        intent_id=reference(document, "payment_intent"),
        opened_at=moment(document, "created"),
        expires_at=moment(document, "expires_at"),
        installation=installation if isinstance(installation := metadata(document).get(INSTALLATION), str) else None,
    )


def order_named_by(document: Mapping[str, Any]) -> tuple[str, str] | None:
    """(order id, buyer id) in the metadata of an object of Stripe's; None if it is for no order."""
    ours = metadata(document)
    order_id, buyer_id = ours.get(ORDER), ours.get(BUYER)
    return (order_id, buyer_id) if isinstance(order_id, str) and isinstance(buyer_id, str) else None


def refund_of(document: Mapping[str, Any]) -> RefundOutcome:
    """A Refund."""
    status = _REFUND_STATUS.get(text(document, "status"))
    if status is None:
        raise ReplyError("status")
    return RefundOutcome(text(document, "id"), status, _optional(document, "failure_reason"))


def text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise ReplyError(name)
    return value


def money(document: Mapping[str, Any], name: str) -> Money:
    """The member `name`, in the object's currency."""
    count = document.get(name)
    if not isinstance(count, int) or isinstance(count, bool):
        raise ReplyError(name)
    try:
        return from_stripe(count, text(document, "currency"))
    except ValueError as error:
        raise ReplyError(name) from error


def moment(document: Mapping[str, Any], name: str) -> datetime:
    """Seconds since 1970."""
    seconds = document.get(name)
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        raise ReplyError(name)
    return datetime.fromtimestamp(seconds, UTC)


def reference(document: Mapping[str, Any], name: str) -> str | None:
    """The id of another object, which may be expanded."""
    value = document.get(name)
    return text(value, "id") if isinstance(value, dict) else _optional(document, name)


def metadata(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found = document.get("metadata")
    return found if isinstance(found, dict) else {}


def _optional(document: Mapping[str, Any], name: str) -> str | None:
    return None if document.get(name) is None else text(document, name)


# Amounts -------------------------------------------------------------------------------------------------------------


def to_stripe(money: Money) -> int:
    """Raises ValueError for an amount that is not a multiple of what Stripe takes."""
    if not charge_rules(money.currency).takes(money):
        raise ValueError(f"Stripe takes no {money} {money.currency}")
    return int(money.amount.scaleb(_digits(money.currency)))


def from_stripe(count: int, currency: str) -> Money:
    """`currency` in any case. Raises ValueError for an amount with too many decimals for the currency."""
    code = currency.upper()
    return Money(Decimal(count).scaleb(-_digits(code)), code)


def _digits(currency: str) -> int:
    return DIGITS.get(currency, minor_digits(currency))
