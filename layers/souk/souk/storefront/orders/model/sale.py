"""An order as one of its sellers sees it, and what is told of a parcel on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from souk.shared.money import Money, total
from souk.storefront.orders.model.fulfilment import Fulfilment, Status
from souk.storefront.orders.model.order import Order
from souk.storefront.orders.model.payment import PaymentStatus
from souk.storefront.orders.model.purchase import ShipTo
from souk.storefront.payments.model import RefundStatus

MOST_TRACKED: Final = 100
"""Entries of tracking that an order holds."""


def most_told(order: Order) -> int:
    """Entries that each seller of the order may tell: an equal share, which none of the others can use up."""
    return MOST_TRACKED // len(order.fulfilments)


@dataclass(frozen=True, slots=True)
class Sale:
    """One seller's part of an order. Where it goes is told once it is paid."""

    order_id: str
    buyer_id: str
    buyer_name: str
    fulfilment: Fulfilment
    payment: PaymentStatus
    refunded: Money
    ship_to: ShipTo | None
    created_at: datetime

    @classmethod
    def of(cls, order: Order, seller_id: str) -> Sale:
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
        """Refunded once all of this part has gone back."""
        if self.refunded.amount > 0 and self.refunded == self.fulfilment.total:
            return Status.REFUNDED
        return self.fulfilment.status


@dataclass(frozen=True, slots=True)
class News:
    """What a seller tells of a parcel; a `status` also moves the fulfilment there, unless it is there already."""

    status: Status | None = None
    location: str | None = None
    notes: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None


@dataclass(frozen=True, slots=True)
class Tracking:
    """One thing told of a seller's parcel. `status` is what the fulfilment was then. Ids sort by time."""

    id: str
    seller_id: str
    status: Status
    at: datetime
    location: str | None = None
    notes: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None
