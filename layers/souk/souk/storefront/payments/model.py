"""What every payment vendor takes, answers and tells by itself. Pure: no HTTP, no vendor's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from souk.shared.money import Money


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One line of what is paid: `quantity` times `unit`. Shipping and tax are lines too."""

    name: str
    unit: Money
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """A payment page to be opened for an order.

    Every field comes from the stored order, so that a repeat asks for the same, word for word: vendors refuse a key
    that comes again with another request. `attempt` rises only after a refusal. `expires_at` is rounded down to the
    second.
    """

    order_id: str
    buyer_id: str
    lines: tuple[SessionLine, ...]
    currency: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    attempt: int = 1
    email: str | None = None

    @property
    def total(self) -> Money:
        return Money.from_minor(sum(line.unit.minor * line.quantity for line in self.lines), self.currency)


class SessionStatus(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Session:
    """A payment page as it is now. `url` is None once it is not open.

    `paid` says whether the money is there: a session can be complete while a slow payment is still under way.
    """

    id: str
    url: str | None
    status: SessionStatus
    paid: bool
    amount: Money
    intent_id: str | None
    expires_at: datetime


class RefundStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What of a payment goes back, once for each `refund_id` of ours. Taken from the stored order, as a session is."""

    refund_id: str
    order_id: str
    buyer_id: str
    intent_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundOutcome:
    """`id` is the vendor's. `reason` is the vendor's word for why it failed."""

    id: str
    status: RefundStatus
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnPages:
    """Where a payment page sends the buyer afterwards. `{ORDER_ID}` in them is the order's id."""

    success_url: str
    cancel_url: str

    def of(self, order_id: str) -> tuple[str, str]:
        """(success, cancel) for one order."""
        return self.success_url.replace("{ORDER_ID}", order_id), self.cancel_url.replace("{ORDER_ID}", order_id)


class Payments(Protocol):
    """One payment vendor.

    Raises VendorRefused (final: nothing took effect, nor will it under this key), VendorThrottled (nothing took effect;
    the same call may be made again) and VendorFailed (outcome unknown; only the same call under the same key may be
    made again).
    """

    def open_session(self, request: SessionRequest) -> Session:
        """Open the payment page of one attempt at an order: the same attempt answers the same page."""
        ...

    def session(self, session_id: str) -> Session:
        """The page as it is now."""
        ...

    def expire_session(self, session_id: str) -> Session:
        """Close a page and answer its state afterwards: EXPIRED, or COMPLETE when the buyer was faster."""
        ...

    def refund(self, request: RefundRequest) -> RefundOutcome:
        """Give money back, once: the same `refund_id` answers the same refund.

        Vendors forget keys after a day: what is older is looked for with `find_refund` before it is asked again.
        """
        ...

    def find_refund(self, request: RefundRequest) -> RefundOutcome | None:
        """The refund that the vendor made for our `refund_id`, if any: for one whose outcome was never learnt."""
        ...


# What a vendor tells by itself. Events come at least once, and in any order. -----------------------------------------


class EventKind(StrEnum):
    """What there is to do: confirm the order, close it unpaid, settle a refund, or take note of refunds as a sum."""

    PAID = "paid"
    UNPAID = "unpaid"
    REFUND = "refund"
    CHARGE_REFUNDED = "charge_refunded"


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """A payment page came to its end: PAID, or UNPAID (it expired, or a slow payment failed)."""

    id: str
    kind: EventKind
    order_id: str
    buyer_id: str
    at: datetime
    session: Session

    @property
    def amount(self) -> Money:
        return self.session.amount

    @property
    def intent_id(self) -> str | None:
        return self.session.intent_id


@dataclass(frozen=True, slots=True)
class RefundEvent:
    """The state of one refund of ours; `refund_id` is our id, `outcome.id` the vendor's. Kind REFUND."""

    id: str
    kind: EventKind
    order_id: str
    buyer_id: str
    at: datetime
    refund_id: str
    outcome: RefundOutcome
    amount: Money
    intent_id: str | None


@dataclass(frozen=True, slots=True)
class ChargeEvent:
    """What of a payment has been given back by now, by whomever. Kind CHARGE_REFUNDED.

    `amount` is the sum of all its refunds so far: more than ours add up to was given back at the vendor's own desk.
    """

    id: str
    kind: EventKind
    order_id: str
    buyer_id: str
    at: datetime
    amount: Money
    intent_id: str | None


type Event = SessionEvent | RefundEvent | ChargeEvent
