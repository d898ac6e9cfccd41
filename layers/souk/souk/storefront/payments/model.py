"""What every payment vendor offers: checkout sessions, refunds and events. Pure: no HTTP, no vendor's terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from souk.shared.errors import VendorFailed
from souk.shared.money import Money, total


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One line of a payment: `quantity` times `unit`. Shipping and tax are lines too."""

    name: str
    unit: Money
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """A payment page to open for an order.

    Vendors refuse a key that is repeated with another request. So what can come from the stored order does; the
    addresses and `installation` are the deployment's, and a repetition after another deployment is RequestChanged.
    `attempt` increases only after that or a refusal. `expires_at` is rounded down to seconds. `installation` names us
    to ourselves, where several installations share an account of the vendor.
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
    installation: str | None = None

    @property
    def total(self) -> Money:
        return total((line.unit * line.quantity for line in self.lines), self.currency)


class RequestChanged(VendorFailed):
    """The key was used before with another request, whose outcome is unknown. This one had none."""


class SessionStatus(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Session:
    """The current state of a payment page. `url` is None unless it is open.

    `paid`: the money was received. A session can be complete while a slow payment is still under way.
    `opened_at` is the vendor's own time. `installation`: that of the request that opened it; None if it named none.
    """

    id: str
    url: str | None
    status: SessionStatus
    paid: bool
    amount: Money
    intent_id: str | None
    opened_at: datetime
    expires_at: datetime
    installation: str | None = None


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A complete page, and the order that it names. `read` raises VendorFailed for one that we cannot understand."""

    id: str
    order_id: str
    buyer_id: str
    read: Callable[[], Session]


@dataclass(frozen=True, slots=True)
class ListedSessions:
    """One request's share of a list. `last`: the id after which the list goes on; None at its end."""

    sessions: tuple[ListedSession, ...]
    last: str | None


class RefundStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class VendorRefund:
    """A refund of part of a payment, made once per `refund_id` (ours). It comes from the stored order.

    `amount` None: all that has not been refunded yet, which may be nothing.
    """

    refund_id: str
    order_id: str
    buyer_id: str
    intent_id: str
    amount: Money | None


@dataclass(frozen=True, slots=True)
class RefundOutcome:
    """`id` is the vendor's id, `reason` the vendor's code for why the refund failed."""

    id: str
    status: RefundStatus
    reason: str | None = None


class Payments(Protocol):
    """One payment vendor.

    Every method raises VendorRefused (final: nothing took effect, nor will it under this key), VendorThrottled (nothing
    took effect; the call may be repeated) and VendorFailed (outcome unknown; only the same call under the same key may
    be repeated; RequestChanged is one of these, and says that this was another call).
    """

    @property
    def vendor(self) -> str:
        """The vendor's name in errors."""
        ...

    def open_session(self, request: SessionRequest) -> Session:
        """Open the payment page of one attempt to pay an order: the same attempt returns the same page."""
        ...

    def session(self, session_id: str) -> Session:
        """The current state of a page."""
        ...

    def complete_sessions(self, since: datetime, after: str | None = None) -> ListedSessions:
        """The pages for orders that were opened since then and are complete, newest first, from the one after `after`.

        One request: of an account with other users it may bring none of ours, and the list still goes on.
        """
        ...

    def expire_session(self, session_id: str) -> Session:
        """Close a page; its state afterwards is EXPIRED, or COMPLETE when the buyer paid first."""
        ...

    def refund(self, request: VendorRefund) -> RefundOutcome:
        """Refund money once: the same `refund_id` returns the same refund.

        Vendors forget keys after a day: before an older request is repeated, `find_refund` must find nothing.
        """
        ...

    def find_refund(self, request: VendorRefund) -> RefundOutcome | None:
        """The refund that the vendor made for our `refund_id`, if any: for a request with an unknown outcome."""
        ...


# Events of a vendor, which are delivered at least once, and in any order. --------------------------------------------


@dataclass(frozen=True, slots=True)
class _Event:
    """`at` is the vendor's own time."""

    id: str
    kind: EventKind
    order_id: str
    buyer_id: str
    at: datetime


class EventKind(StrEnum):
    """What to do: confirm the order, close it as unpaid, settle a refund, or check the sum of all refunds."""

    PAID = "paid"
    UNPAID = "unpaid"
    REFUND = "refund"
    CHARGE_REFUNDED = "charge_refunded"


@dataclass(frozen=True, slots=True)
class SessionEvent(_Event):
    """The end of a payment page: PAID, or UNPAID (it expired, or a slow payment failed)."""

    session: Session

    @property
    def amount(self) -> Money:
        return self.session.amount

    @property
    def intent_id(self) -> str | None:
        return self.session.intent_id


@dataclass(frozen=True, slots=True)
class RefundEvent(_Event):
    """The state of one refund of ours; `refund_id` is our id, `outcome.id` the vendor's. Kind REFUND."""

    refund_id: str
    outcome: RefundOutcome
    amount: Money
    intent_id: str | None


@dataclass(frozen=True, slots=True)
class ChargeEvent(_Event):
    """The refunded amount of a payment, with refunds from every source. Kind CHARGE_REFUNDED.

    `amount` is the sum of all refunds so far; above the sum of ours, somebody refunded in the vendor's dashboard.
    """

    amount: Money
    intent_id: str | None


type Event = SessionEvent | RefundEvent | ChargeEvent
