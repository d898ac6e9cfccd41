"""The model of orders: an order, its fulfilments by seller, its payment and refunds."""

from souk.orders.model.fulfilment import MOVES, PROGRESS, SELLER_ACTIONS, Action, Fulfilment, Line, Status, illegal
from souk.orders.model.order import MOST_LINES, MOST_REFUNDS, MOST_SELLERS, MOST_UNITS, Order, ShipTo
from souk.orders.model.payment import (
    CLOSED,
    GRACE,
    LOOK_AGAIN,
    Capture,
    Failure,
    Payment,
    PaymentStatus,
    Refund,
)
from souk.orders.model.sale import MOST_TRACKED, Sale, Tracking
from souk.payments.model import RefundStatus

__all__ = [
    "CLOSED",
    "GRACE",
    "LOOK_AGAIN",
    "MOST_LINES",
    "MOST_REFUNDS",
    "MOST_SELLERS",
    "MOST_TRACKED",
    "MOST_UNITS",
    "MOVES",
    "PROGRESS",
    "SELLER_ACTIONS",
    "Action",
    "Capture",
    "Failure",
    "Fulfilment",
    "Line",
    "Order",
    "Payment",
    "PaymentStatus",
    "Refund",
    "RefundStatus",
    "Sale",
    "ShipTo",
    "Status",
    "Tracking",
    "illegal",
]
