"""A fulfilment: one seller's part of an order, and the legal moves of it.

Which action leads from which status to which is the table `MOVES`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from souk.shared.errors import Conflict
from souk.shared.money import Money, total


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


class Action(StrEnum):
    """What is done with a fulfilment. The value is how a refusal names it."""

    CONFIRM = "confirm"
    CLOSE = "close"
    REVIVE = "revive"
    PROCESS = "process"
    SHIP = "ship"
    DELIVER = "deliver"
    COMPLETE = "complete"
    CANCEL = "cancel"


MOVES: Final[Mapping[Action, Mapping[Status, Status]]] = {
    # By payment alone: it comes, it stays away, or it comes late.
    Action.CONFIRM: {Status.PENDING: Status.CONFIRMED},
    Action.CLOSE: {Status.PENDING: Status.CANCELLED},
    Action.REVIVE: {Status.CANCELLED: Status.CONFIRMED},
    # By the seller; the last one also by time, and the buyer cancels too.
    Action.PROCESS: {Status.CONFIRMED: Status.PROCESSING},
    Action.SHIP: {Status.PROCESSING: Status.SHIPPED},
    Action.DELIVER: {Status.SHIPPED: Status.DELIVERED},
    Action.COMPLETE: {Status.DELIVERED: Status.COMPLETED},
    Action.CANCEL: {Status.CONFIRMED: Status.CANCELLED, Status.PROCESSING: Status.CANCELLED},
}

SELLER_ACTIONS: Final[Mapping[Status, Action]] = {
    Status.PROCESSING: Action.PROCESS,
    Status.SHIPPED: Action.SHIP,
    Status.DELIVERED: Action.DELIVER,
    Status.COMPLETED: Action.COMPLETE,
    Status.CANCELLED: Action.CANCEL,
}
"""What a seller does by asking for a status; no other status is theirs to ask for."""

PROGRESS: Final = (
    Status.PENDING,
    Status.CONFIRMED,
    Status.PROCESSING,
    Status.SHIPPED,
    Status.DELIVERED,
    Status.COMPLETED,
)
"""From the least to the most advanced."""


def after(action: Action, status: Status) -> Status:
    """The status that `action` leads to. Raises Conflict `illegal_transition`."""
    reached = MOVES[action].get(status)
    if reached is None:
        raise illegal(action, status)
    return reached


def illegal(action: str, status: str) -> Conflict:
    return Conflict(f"You cannot {action} what is {status}.", code="illegal_transition", extra={"current": status})


@dataclass(frozen=True, slots=True)
class Line:
    """Some units of one product, with its title, price and picture as they were when it was ordered.

    `returned` counts the units that went back to the stock; the others are taken out of it.
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
    """One seller's lines of an order, with their shipping and tax; tax is rounded once, here.

    `version` counts what its seller sees change: not what becomes of the parts of others.
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

    def move(self, action: Action) -> Fulfilment:
        """Raises Conflict `illegal_transition`. What is cancelled gives all units back, what revives takes them."""
        moved = replace(self, status=after(action, self.status))
        match action:
            case Action.CLOSE | Action.CANCEL:
                lines = tuple(line.with_returned(line.quantity) for line in self.lines)
                return replace(moved, lines=lines)
            case Action.REVIVE:
                return replace(moved, lines=tuple(line.with_returned(0) for line in self.lines))
            case Action.COMPLETE:
                return replace(moved, completes_at=None)
        return moved

    def deliver(self, now: datetime, completes_at: datetime) -> Fulfilment:
        return replace(self.move(Action.DELIVER), delivered_at=now, completes_at=completes_at)
