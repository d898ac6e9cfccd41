"""The model of orders: an order, its fulfilments by seller, its payment and refunds."""

from souk.storefront.orders.model.fulfilment import (
    MOST_TRACKED,
    MOVES,
    PROGRESS,
    SELLER_TRANSITIONS,
    Fulfilment,
    Line,
    Sale,
    Status,
    Tracking,
    TrackingUpdate,
    Transition,
    illegal,
    tracking_limit,
)
from souk.storefront.orders.model.order import GRACE, MOST_REFUNDS, Order
from souk.storefront.orders.model.payment import (
    ASK_AFTER,
    CLOSED,
    RECHECK_AFTER,
    Capture,
    Payment,
    PaymentStatus,
    Refund,
    RefundActor,
    RefundRequest,
)
from souk.storefront.orders.model.purchase import MOST_LINES, MOST_SELLERS, MOST_UNITS, Purchase, ShipTo
from souk.storefront.orders.model.unmatched import UnmatchedPayment, UnmatchedStatus
from souk.storefront.payments.model import RefundStatus

__all__ = [
    "ASK_AFTER",
    "CLOSED",
    "GRACE",
    "MOST_LINES",
    "MOST_REFUNDS",
    "MOST_SELLERS",
    "MOST_TRACKED",
    "MOST_UNITS",
    "MOVES",
    "PROGRESS",
    "RECHECK_AFTER",
    "SELLER_TRANSITIONS",
    "Capture",
    "Fulfilment",
    "Line",
    "Order",
    "Payment",
    "PaymentStatus",
    "Purchase",
    "Refund",
    "RefundActor",
    "RefundRequest",
    "RefundStatus",
    "Sale",
    "ShipTo",
    "Status",
    "Tracking",
    "TrackingUpdate",
    "Transition",
    "UnmatchedPayment",
    "UnmatchedStatus",
    "illegal",
    "tracking_limit",
]
