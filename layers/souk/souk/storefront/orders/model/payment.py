"""The payment of an order, and its refunds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from souk.shared.failure_reason import Failure
from souk.shared.money import Money, total
from souk.storefront.payments.model import RefundStatus

RECHECK_AFTER: Final = timedelta(seconds=60)
"""After this time the sweep continues an unfinished call to the vendor."""
ASK_AFTER: Final = timedelta(minutes=2)
"""After this time the sweep asks the vendor about an open page: an event that was sent is here by then."""

LONGEST_HOLD: Final = timedelta(days=1)
"""A page can be paid for at most so long, by the vendor's own rule too; the parameter HoldMinutes has less."""


class PaymentStatus(StrEnum):
    AWAITING = "awaiting"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"


CLOSED: Final = frozenset({PaymentStatus.EXPIRED, PaymentStatus.FAILED, PaymentStatus.CANCELLED})
"""The order was closed unpaid."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Money that the vendor has taken from the buyer. `at` is the vendor's own time."""

    amount: Money
    intent_id: str
    at: datetime
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment of an order. `expires_at`: of its checkout session. `due_at`: when the sweep handles it next.

    `mismatch` is a capture of a wrong amount or currency, or a second one: an alarm, stored beside the right capture.
    """

    expires_at: datetime
    due_at: datetime | None
    attempt: int = 1
    status: PaymentStatus = PaymentStatus.AWAITING
    session_id: str | None = None
    url: str | None = None
    capture: Capture | None = None
    mismatch: Capture | None = None
    failure: Failure | None = None

    @classmethod
    def begun(cls, now: datetime, hold: timedelta) -> Payment:
        """A first attempt, without a checkout session yet."""
        return cls(expires_at=(now + hold).replace(microsecond=0), due_at=now + RECHECK_AFTER)

    @property
    def is_opened(self) -> bool:
        return self.session_id is not None

    def opened(self, session_id: str, url: str | None, expires_at: datetime, due_at: datetime) -> Payment:
        return replace(self, session_id=session_id, url=url, expires_at=expires_at, due_at=due_at)

    def captured(self, capture: Capture) -> Payment:
        return replace(
            self,
            status=PaymentStatus.PAID,
            capture=capture,
            session_id=capture.session_id or self.session_id,
            url=None,
            due_at=None,
        )

    def closed(self, status: PaymentStatus, failure: Failure | None) -> Payment:
        return replace(self, status=status, url=None, due_at=None, failure=failure)


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund to the buyer. `shares`: amounts by seller id. `lines`: units by line id that it is for.

    `restock`: whether its units go back to the stock; None if nobody said so. Pending until the vendor has settled it.
    `due_at`: when the sweep asks the vendor again.
    """

    id: str
    shares: Mapping[str, Money]
    reason: str
    requested_by: str
    created_at: datetime
    due_at: datetime | None
    lines: Mapping[str, int] = field(default_factory=dict)
    restock: bool | None = None
    status: RefundStatus = RefundStatus.PENDING
    vendor_id: str | None = None
    settled_at: datetime | None = None
    failure: str | None = None

    @property
    def amount(self) -> Money:
        currency = next(iter(self.shares.values())).currency
        return total(self.shares.values(), currency)

    @property
    def holds(self) -> bool:
        """Its amount is pending or refunded, and cannot be refunded again."""
        return self.status is not RefundStatus.FAILED

    def reschedule(self, now: datetime) -> Refund:
        return replace(self, due_at=next_check(self.created_at, now))

    def succeeded(self, vendor_id: str | None, now: datetime) -> Refund:
        """Only a pending one changes: a success that arrives after a failure is older than it."""
        if self.status is not RefundStatus.PENDING:
            return self
        return replace(
            self, status=RefundStatus.SUCCEEDED, vendor_id=vendor_id or self.vendor_id, settled_at=now, due_at=None
        )

    def failed(self, vendor_id: str | None, reason: str, now: datetime) -> Refund:
        """Also after it had succeeded: a bank may return the money days later."""
        if self.status is RefundStatus.FAILED:
            return self
        return replace(
            self,
            status=RefundStatus.FAILED,
            vendor_id=vendor_id or self.vendor_id,
            settled_at=now,
            due_at=None,
            failure=reason,
        )


def next_check(since: datetime, now: datetime) -> datetime:
    """When to ask the vendor again about a refund requested at `since`: banks take days, so later each time."""
    return now + max(RECHECK_AFTER, (now - since) / 4)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What to refund of one seller's part: units of `lines` by line id, an `amount`, or with neither all that is left.

    `restock`: whether the units go back to the stock. None: if they never leave, when their part is cancelled.
    `seller_id` None: the caller's part, or the only one of the order.
    """

    reason: str
    lines: Mapping[str, int] | None = None
    amount: Decimal | None = None
    restock: bool | None = None
    seller_id: str | None = None


@dataclass(frozen=True, slots=True)
class RefundActor:
    """Who asks for a refund, and for which order."""

    caller_id: str
    is_operator: bool
    order_id: str
