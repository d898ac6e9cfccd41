"""A fulfilment: one seller's part of an order, its legal transitions, and how its seller sees it.

Which transition leads from which status to which is in the table `MOVES` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from souk.shared.errors import Conflict
from souk.shared.money import Money, total
from souk.storefront.orders.model.payment import PaymentStatus
from souk.storefront.orders.model.purchase import ShipTo
from souk.storefront.payments.model import RefundStatus

if TYPE_CHECKING:
    from souk.storefront.orders.model.order import Order


class Status(StrEnum):
    """Of a fulfilment, and of an order; only an order is `refunded`."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Transition(StrEnum):
    """What can be done with a fulfilment. The value is its name in error messages."""

    CONFIRM = "confirm"
    CLOSE = "close"
    REVIVE = "revive"
    PROCESS = "process"
    SHIP = "ship"
    DELIVER = "deliver"
    COMPLETE = "complete"
    CANCEL = "cancel"
    REFUND = "refund"


MOVES: Final[Mapping[Transition, Mapping[Status, Status]]] = {
    # By the payment only: received, missing, or late.
    Transition.CONFIRM: {Status.PENDING: Status.CONFIRMED},
    Transition.CLOSE: {Status.PENDING: Status.CANCELLED},
    Transition.REVIVE: {Status.CANCELLED: Status.CONFIRMED},
    # By the seller. Completing also happens after some time, and the buyer can cancel too.
    Transition.PROCESS: {Status.CONFIRMED: Status.PROCESSING},
    Transition.SHIP: {Status.PROCESSING: Status.SHIPPED},
    Transition.DELIVER: {Status.SHIPPED: Status.DELIVERED},
    Transition.COMPLETE: {Status.DELIVERED: Status.COMPLETED},
    Transition.CANCEL: {Status.CONFIRMED: Status.CANCELLED, Status.PROCESSING: Status.CANCELLED},
    # By a refund of all that has not been shipped: there is nothing left to ship.
    Transition.REFUND: {Status.CONFIRMED: Status.CANCELLED, Status.PROCESSING: Status.CANCELLED},
}

SELLER_TRANSITIONS: Final[Mapping[Status, Transition]] = {
    Status.PROCESSING: Transition.PROCESS,
    Status.SHIPPED: Transition.SHIP,
    Status.DELIVERED: Transition.DELIVER,
    Status.COMPLETED: Transition.COMPLETE,
    Status.CANCELLED: Transition.CANCEL,
}
"""The transition that leads to each status a seller may ask for."""

PROGRESS: Final = (
    Status.PENDING,
    Status.CONFIRMED,
    Status.PROCESSING,
    Status.SHIPPED,
    Status.DELIVERED,
    Status.COMPLETED,
)
"""From the least to the most advanced."""


def illegal(transition: str, status: str) -> Conflict:
    return Conflict(f"You cannot {transition} what is {status}.", code="illegal_transition", extra={"current": status})


@dataclass(frozen=True, slots=True)
class Line:
    """Some units of one product, with its title, price and picture as they were when it was ordered.

    `returned` counts the units that went back to the stock; the others are out of it.
    """

    id: str
    product_id: str
    title: str
    unit_price: Money
    quantity: int
    image: str | None = None
    returned: int = 0

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity

    @property
    def taken(self) -> int:
        """Units that are out of the stock because of this line."""
        return self.quantity - self.returned

    def with_returned(self, units: int) -> Line:
        """With `units` given back in all. Raises ValueError beyond what was ordered."""
        if not 0 <= units <= self.quantity:
            raise ValueError(f"{units} of {self.quantity} cannot be returned")
        return replace(self, returned=units)


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """One seller's lines of an order, with their shipping and tax. Tax is rounded once, here.

    `version` rises with each change that its seller can see; changes of other sellers' parts do not count.
    """

    seller_id: str
    seller_name: str
    lines: tuple[Line, ...]
    shipping: Money
    tax: Money
    status: Status = Status.PENDING
    carrier: str | None = None
    tracking_number: str | None = None
    delivered_at: datetime | None = None
    completes_at: datetime | None = None
    version: int = 1

    @property
    def items(self) -> Money:
        return total((line.total for line in self.lines), self.shipping.currency)

    @property
    def total(self) -> Money:
        return self.items + self.shipping + self.tax

    @property
    def is_live(self) -> bool:
        return self.status is not Status.CANCELLED

    @property
    def has_shipped(self) -> bool:
        return self.status in (Status.SHIPPED, Status.DELIVERED, Status.COMPLETED)

    def move(self, transition: Transition) -> Fulfilment:
        """Closing returns all units to the stock, reviving takes them. Of what was paid, the order knows which return.

        Raises Conflict `illegal_transition`.
        """
        reached = MOVES[transition].get(self.status)
        if reached is None:
            raise illegal(transition, self.status)
        moved = replace(self, status=reached)
        match transition:
            case Transition.CLOSE:
                lines = tuple(line.with_returned(line.quantity) for line in self.lines)
                return replace(moved, lines=lines)
            case Transition.REVIVE:
                return replace(moved, lines=tuple(line.with_returned(0) for line in self.lines))
            case Transition.COMPLETE:
                return replace(moved, completes_at=None)
        return moved

    def deliver(self, now: datetime, completes_at: datetime) -> Fulfilment:
        return replace(self.move(Transition.DELIVER), delivered_at=now, completes_at=completes_at)


# As its seller sees it -----------------------------------------------------------------------------------------------

MOST_TRACKED: Final = 100
"""Tracking entries of one order."""


def tracking_limit(order: Order) -> int:
    """Entries that each seller of the order may add: equal shares, so that no seller can use up another's."""
    return MOST_TRACKED // len(order.fulfilments)


@dataclass(frozen=True, slots=True)
class Sale:
    """One seller's part of an order as that seller sees it. `ship_to` is None until the order is paid."""

    order_id: str
    buyer_id: str
    buyer_name: str
    fulfilment: Fulfilment
    payment: PaymentStatus
    refunded: Money
    ship_to: ShipTo | None
    created_at: datetime

    @classmethod
    def from_order(cls, order: Order, seller_id: str) -> Sale:
        refunded = (
            refund.shares[seller_id]
            for refund in order.refunds
            if refund.status is RefundStatus.SUCCEEDED and seller_id in refund.shares
        )
        return cls(
            order_id=order.id,
            buyer_id=order.buyer_id,
            buyer_name=order.buyer_name,
            fulfilment=order.fulfilment(seller_id),
            payment=order.payment.status,
            refunded=total(refunded, order.currency),
            ship_to=order.ship_to if order.is_paid else None,
            created_at=order.created_at,
        )

    @property
    def status(self) -> Status:
        """`refunded` once all of this part has been refunded."""
        if self.refunded.amount > 0 and self.refunded == self.fulfilment.total:
            return Status.REFUNDED
        return self.fulfilment.status


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    location: str | None = None
    notes: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingUpdate(_Report):
    """What a seller reports about a parcel. A `status` also moves the fulfilment there if it is not there yet."""

    status: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking(_Report):
    """One report about a seller's parcel. `status` is what the fulfilment was then. Ids sort by time."""

    id: str
    seller_id: str
    status: Status
    at: datetime
