"""A payment for an order that does not exist: the order was lost with the store, or the store was restored from before
it. It is refunded, unless the order is found again first. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from souk.storefront.orders.model.payment import RECHECK_AFTER, Capture, next_check
from souk.storefront.payments.model import RefundOutcome, RefundStatus, VendorRefund


class UnmatchedStatus(StrEnum):
    PENDING = "pending"
    MATCHED = "matched"
    """Its order was there after all, and has it now."""
    REFUNDED = "refunded"
    FAILED = "failed"
    """The vendor refused the refund: a person has to look."""


@dataclass(frozen=True, slots=True)
class UnmatchedPayment:
    """`due_at`: when the sweep looks for its order again, and refunds it."""

    order_id: str
    buyer_id: str
    capture: Capture
    found_at: datetime
    due_at: datetime | None
    status: UnmatchedStatus = UnmatchedStatus.PENDING
    vendor_id: str | None = None
    settled_at: datetime | None = None
    failure: str | None = None
    version: int = 1

    @classmethod
    def found(cls, order_id: str, buyer_id: str, capture: Capture, now: datetime) -> UnmatchedPayment:
        """It is refunded after RECHECK_AFTER: a restore that is under way may still bring its order back."""
        return cls(order_id, buyer_id, capture, found_at=now, due_at=now + RECHECK_AFTER)

    @property
    def id(self) -> str:
        """That of the payment, so that it is refunded once, whether an event or a list named it."""
        return self.capture.intent_id

    @property
    def is_pending(self) -> bool:
        return self.status is UnmatchedStatus.PENDING

    @property
    def refund(self) -> VendorRefund:
        """All that the lost order had not refunded, under an id that is the same if this record is lost as well."""
        return VendorRefund(f"unmatched-{self.id}", self.order_id, self.buyer_id, self.id, amount=None)

    def matched(self, now: datetime) -> UnmatchedPayment:
        return self._settle(UnmatchedStatus.MATCHED, now) if self.is_pending else self

    def refunded(self, outcome: RefundOutcome, now: datetime) -> UnmatchedPayment:
        """With what the vendor says of its refund, also when a refund that had succeeded fails days later."""
        noted = replace(self, vendor_id=outcome.id or self.vendor_id)
        match outcome.status:
            case RefundStatus.SUCCEEDED if self.is_pending:
                return noted._settle(UnmatchedStatus.REFUNDED, now)
            case RefundStatus.FAILED if self.status is not UnmatchedStatus.FAILED:
                return replace(noted._settle(UnmatchedStatus.FAILED, now), failure=outcome.reason)
        return self

    def reschedule(self, now: datetime) -> UnmatchedPayment:
        """When it is due: later each time."""
        is_due = self.due_at is not None and self.due_at <= now
        return replace(self, due_at=next_check(self.found_at, now)) if is_due else self

    def _settle(self, status: UnmatchedStatus, now: datetime) -> UnmatchedPayment:
        return replace(self, status=status, settled_at=now, due_at=None)
