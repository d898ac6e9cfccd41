"""Orders and sales as items of the table, and back. Amounts are whole minor units of the order's currency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from souk.aws.items import Codec, due_members
from souk.shared.clock import to_wire
from souk.shared.failure_reason import Failure
from souk.storefront.orders.keys import order_key, sale_key, unmatched_key
from souk.storefront.orders.model import Capture, Fulfilment, Line, Order, Sale, ShipTo, Tracking, UnmatchedPayment

type Item = dict[str, Any]

_LINE: Final = Codec(Line, names={"unit_price": "unit_minor"})
_FULFILMENT: Final = Codec(Fulfilment, _LINE)
# A mismatch may be in another currency than the order.
_CAPTURE: Final = Codec(Capture, currency_of="amount")
_SHIP_TO: Final = Codec(ShipTo, nulls=True)
_FAILURE: Final = Codec(Failure, sparse=("vendor_errors",))
_ORDER: Final = Codec(Order, _FAILURE, _FULFILMENT, _LINE, _CAPTURE, _SHIP_TO)
_SALE: Final = Codec(Sale, _FULFILMENT, _SHIP_TO, currency_of="refunded")
_TRACKING: Final = Codec(Tracking)
_UNMATCHED: Final = Codec(UnmatchedPayment, _CAPTURE)


def from_order(order: Order) -> Item:
    """`status`, `total_minor` and `hold_until` are derived: they are for readers of the table without the model."""
    due_at = order.due_at
    return {
        **order_key(order.buyer_id, order.id),
        **_ORDER.encode(order),
        **(due_members(order.id, due_at) if due_at else {}),
        "status": order.status.value,
        "total_minor": order.total.minor,
        **({"hold_until": to_wire(order.hold_until)} if order.is_pending else {}),
    }


def to_order(item: Mapping[str, Any]) -> Order:
    return _ORDER.decode(item)


def from_sale(sale: Sale) -> Item:
    key = sale_key(sale.fulfilment.seller_id, sale.order_id)
    return {**key, **_SALE.encode(sale), "status": sale.status.value}


def to_sale(item: Mapping[str, Any]) -> Sale:
    return _SALE.decode(item)


def from_unmatched(unmatched: UnmatchedPayment) -> Item:
    due_at = unmatched.due_at
    return {
        **unmatched_key(unmatched.id),
        **_UNMATCHED.encode(unmatched),
        **(due_members(unmatched.id, due_at) if due_at else {}),
    }


def to_unmatched(item: Mapping[str, Any]) -> UnmatchedPayment:
    return _UNMATCHED.decode(item)


def to_due(item: Mapping[str, Any]) -> Order | UnmatchedPayment:
    """An item of the index `due`."""
    return to_unmatched(item) if item["sk"] == unmatched_key("")["sk"] else to_order(item)


def from_tracking(entry: Tracking) -> Item:
    return _TRACKING.encode(entry)


def to_tracking(item: Mapping[str, Any]) -> Tracking:
    return _TRACKING.decode(item)


def to_entries(item: Mapping[str, Any]) -> tuple[Tracking, ...]:
    """The entries of a TRACKING item, oldest first."""
    return tuple(map(to_tracking, item["entries"]))
