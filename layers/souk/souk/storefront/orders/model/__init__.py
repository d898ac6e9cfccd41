"""The model of orders: an order, its fulfilments by seller, its payment and refunds."""

from souk.storefront.orders.model.fulfilment import (
    MOVES,
    PROGRESS,
    SELLER_ACTIONS,
    Action,
    Fulfilment,
    Line,
    Status,
    illegal,
)
from souk.storefront.orders.model.order import MOST_REFUNDS, Order
from souk.storefront.orders.model.payment import (
    CLOSED,
    GRACE,
    LOOK_AGAIN,
    Capture,
    Payment,
    PaymentStatus,
    Refund,
)
from souk.storefront.orders.model.purchase import MOST_LINES, MOST_SELLERS, MOST_UNITS, Purchase, ShipTo
from souk.storefront.orders.model.sale import MOST_TRACKED, News, Sale, Tracking, most_told
from souk.storefront.payments.model import RefundStatus

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
    "Fulfilment",
    "Line",
    "News",
    "Order",
    "Payment",
    "PaymentStatus",
    "Purchase",
    "Refund",
    "RefundStatus",
    "Sale",
    "ShipTo",
    "Status",
    "Tracking",
    "illegal",
    "most_told",
]
