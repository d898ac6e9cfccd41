"""What an order knows of its money: one payment, and refunds of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from souk.shared.failure_reason import Failure
from souk.shared.money import Money, total
from souk.storefront.payments.model import RefundStatus

GRACE: Final = timedelta(seconds=60)
"""A payment of the last second is heard of within this time after the page has closed."""
LOOK_AGAIN: Final = timedelta(seconds=60)
"""After this long an unfinished call to the vendor is taken up by the sweeper."""


class PaymentStatus(StrEnum):
    AWAITING = "awaiting"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"


CLOSED: Final = frozenset({PaymentStatus.EXPIRED, PaymentStatus.FAILED, PaymentStatus.CANCELLED})
"""The order was given up before it was paid."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Money that the vendor has taken from the buyer. `at` is the vendor's own time."""

    amount: Money
    intent_id: str
    at: datetime
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment of an order. `expires_at` is when its page closes, `due_at` when somebody has to look after it.

    `mismatch` is a capture that does not fit the order: an alarm, kept beside and never instead of what fits.
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
        """Asked for, with no page yet."""
        return cls(expires_at=(now + hold).replace(microsecond=0), due_at=now + LOOK_AGAIN)

    @property
    def hold_until(self) -> datetime:
        """Until then what was ordered is kept for the buyer."""
        return self.expires_at + GRACE

    @property
    def is_opened(self) -> bool:
        return self.session_id is not None

    def opened(self, session_id: str, url: str | None, expires_at: datetime) -> Payment:
        page = replace(self, session_id=session_id, url=url, expires_at=expires_at)
        return replace(page, due_at=page.hold_until)

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
    """Money that goes back to the buyer. `shares` says how much of it is which seller's; `lines` which units it is for.

    Pending until the vendor has settled it; a failed one holds nothing any more. `due_at`: when to ask it again.
    """

    id: str
    shares: Mapping[str, Money]
    reason: str
    requested_by: str
    created_at: datetime
    due_at: datetime | None
    lines: Mapping[str, int] = field(default_factory=dict)
    restock: bool = False
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
        """Its amount is on its way, or gone."""
        return self.status is not RefundStatus.FAILED

    def look_again(self, now: datetime) -> Refund:
        """Banks take days: the older it is, the later it is asked for again."""
        return replace(self, due_at=now + max(LOOK_AGAIN, (now - self.created_at) / 4))

    def succeeded(self, vendor_id: str | None, now: datetime) -> Refund:
        """Changes only what is pending: a success told after a failure is the older news."""
        if self.status is not RefundStatus.PENDING:
            return self
        return replace(
            self, status=RefundStatus.SUCCEEDED, vendor_id=vendor_id or self.vendor_id, settled_at=now, due_at=None
        )

    def failed(self, vendor_id: str | None, reason: str, now: datetime) -> Refund:
        """Also of one that had succeeded: a bank may send the money back days later."""
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
