"""Orders and sales as items of the table, and back. Amounts are whole minor units of the order's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from souk.aws.attributes import drop_none, due_members
from souk.shared.clock import from_wire, to_wire
from souk.shared.failure_reason import Failure
from souk.shared.money import Money
from souk.storefront.orders.keys import order_key, sale_key
from souk.storefront.orders.model import (
    Capture,
    Fulfilment,
    Line,
    Order,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
    Sale,
    ShipTo,
    Status,
    Tracking,
)

type Item = dict[str, Any]


def from_order(order: Order) -> Item:
    """`status` and `hold_until` are derived: they are for readers of the table without the model."""
    due_at = order.due_at
    return drop_none(
        **order_key(order.buyer_id, order.id),
        **(due_members(order.id, due_at) if due_at else {}),
        id=order.id,
        buyer_id=order.buyer_id,
        buyer_name=order.buyer_name,
        buyer_email=order.buyer_email,
        currency=order.currency,
        status=order.status.value,
        total_minor=order.total.minor,
        fulfilments=[_from_fulfilment(part) for part in order.fulfilments],
        payment=_from_payment(order.payment),
        refunds=[_from_refund(refund) for refund in order.refunds],
        ship_to=_from_ship_to(order.ship_to),
        run=order.run,
        wait=order.wait,
        hold_until=_moment(order.payment.hold_until) if order.is_pending else None,
        version=order.version,
        created_at=to_wire(order.created_at),
        updated_at=to_wire(order.updated_at),
    )


def to_order(item: Mapping[str, Any]) -> Order:
    currency = item["currency"]
    return Order(
        id=item["id"],
        buyer_id=item["buyer_id"],
        buyer_name=item["buyer_name"],
        buyer_email=item.get("buyer_email"),
        currency=currency,
        fulfilments=tuple(_to_fulfilment(part, currency) for part in item["fulfilments"]),
        payment=_to_payment(item["payment"]),
        refunds=tuple(_to_refund(refund, currency) for refund in item["refunds"]),
        ship_to=_to_ship_to(item.get("ship_to")),
        run=int(item["run"]),
        wait=item.get("wait"),
        version=int(item["version"]),
        created_at=from_wire(item["created_at"]),
        updated_at=from_wire(item["updated_at"]),
    )


def from_sale(sale: Sale) -> Item:
    return drop_none(
        **sale_key(sale.fulfilment.seller_id, sale.order_id),
        order_id=sale.order_id,
        buyer_id=sale.buyer_id,
        buyer_name=sale.buyer_name,
        currency=sale.refunded.currency,
        status=sale.status.value,
        fulfilment=_from_fulfilment(sale.fulfilment),
        payment=sale.payment.value,
        refunded_minor=sale.refunded.minor,
        ship_to=_from_ship_to(sale.ship_to),
        created_at=to_wire(sale.created_at),
    )


def to_sale(item: Mapping[str, Any]) -> Sale:
    currency = item["currency"]
    return Sale(
        order_id=item["order_id"],
        buyer_id=item["buyer_id"],
        buyer_name=item["buyer_name"],
        fulfilment=_to_fulfilment(item["fulfilment"], currency),
        payment=PaymentStatus(item["payment"]),
        refunded=Money.from_minor(int(item["refunded_minor"]), currency),
        ship_to=_to_ship_to(item.get("ship_to")),
        created_at=from_wire(item["created_at"]),
    )


def from_tracking(entry: Tracking) -> Item:
    return drop_none(**{**asdict(entry), "status": entry.status.value, "at": to_wire(entry.at)})


def to_tracking(item: Mapping[str, Any]) -> Tracking:
    return Tracking(**{**item, "status": Status(item["status"]), "at": from_wire(item["at"])})


def to_entries(item: Mapping[str, Any]) -> tuple[Tracking, ...]:
    """The entries of a TRACKING item, oldest first."""
    return tuple(map(to_tracking, item["entries"]))


# Parts ---------------------------------------------------------------------------------------------------------------


def _from_fulfilment(part: Fulfilment) -> Item:
    return drop_none(
        seller_id=part.seller_id,
        seller_name=part.seller_name,
        status=part.status.value,
        lines=[_from_line(line) for line in part.lines],
        shipping_minor=part.shipping.minor,
        tax_minor=part.tax.minor,
        carrier=part.carrier,
        tracking_number=part.tracking_number,
        delivered_at=_moment(part.delivered_at),
        completes_at=_moment(part.completes_at),
        version=part.version,
    )


def _to_fulfilment(item: Mapping[str, Any], currency: str) -> Fulfilment:
    return Fulfilment(
        seller_id=item["seller_id"],
        seller_name=item["seller_name"],
        status=Status(item["status"]),
        lines=tuple(_to_line(line, currency) for line in item["lines"]),
        shipping=Money.from_minor(int(item["shipping_minor"]), currency),
        tax=Money.from_minor(int(item["tax_minor"]), currency),
        carrier=item.get("carrier"),
        tracking_number=item.get("tracking_number"),
        delivered_at=_to_moment(item.get("delivered_at")),
        completes_at=_to_moment(item.get("completes_at")),
        # Items that were written before parts had a version.
        version=int(item.get("version", 1)),
    )


def _from_line(line: Line) -> Item:
    return drop_none(
        id=line.id,
        product_id=line.product_id,
        title=line.title,
        unit_minor=line.unit_price.minor,
        quantity=line.quantity,
        image=line.image,
        returned=line.returned,
    )


def _to_line(item: Mapping[str, Any], currency: str) -> Line:
    return Line(
        id=item["id"],
        product_id=item["product_id"],
        title=item["title"],
        unit_price=Money.from_minor(int(item["unit_minor"]), currency),
        quantity=int(item["quantity"]),
        image=item.get("image"),
        returned=int(item["returned"]),
    )


def _from_payment(payment: Payment) -> Item:
    return drop_none(
        status=payment.status.value,
        attempt=payment.attempt,
        expires_at=to_wire(payment.expires_at),
        due_at=_moment(payment.due_at),
        session_id=payment.session_id,
        url=payment.url,
        capture=_from_capture(payment.capture),
        mismatch=_from_capture(payment.mismatch),
        failure=payment.failure.to_item() if payment.failure else None,
    )


def _to_payment(item: Mapping[str, Any]) -> Payment:
    return Payment(
        expires_at=from_wire(item["expires_at"]),
        due_at=_to_moment(item.get("due_at")),
        attempt=int(item["attempt"]),
        status=PaymentStatus(item["status"]),
        session_id=item.get("session_id"),
        url=item.get("url"),
        capture=_to_capture(item.get("capture")),
        mismatch=_to_capture(item.get("mismatch")),
        failure=Failure.from_item(item["failure"]) if "failure" in item else None,
    )


def _from_capture(capture: Capture | None) -> Item | None:
    if capture is None:
        return None
    return drop_none(
        amount_minor=capture.amount.minor,
        # A mismatch may be in another currency than the order.
        currency=capture.amount.currency,
        intent_id=capture.intent_id,
        session_id=capture.session_id,
        at=to_wire(capture.at),
    )


def _to_capture(item: Mapping[str, Any] | None) -> Capture | None:
    if item is None:
        return None
    amount = Money.from_minor(int(item["amount_minor"]), item["currency"])
    return Capture(amount, item["intent_id"], from_wire(item["at"]), item.get("session_id"))


def _from_refund(refund: Refund) -> Item:
    return drop_none(
        id=refund.id,
        shares={seller_id: share.minor for seller_id, share in refund.shares.items()},
        reason=refund.reason,
        requested_by=refund.requested_by,
        lines=dict(refund.lines),
        restock=refund.restock,
        status=refund.status.value,
        vendor_id=refund.vendor_id,
        failure=refund.failure,
        due_at=_moment(refund.due_at),
        created_at=to_wire(refund.created_at),
        settled_at=_moment(refund.settled_at),
    )


def _to_refund(item: Mapping[str, Any], currency: str) -> Refund:
    return Refund(
        id=item["id"],
        shares={seller: Money.from_minor(int(minor), currency) for seller, minor in item["shares"].items()},
        reason=item["reason"],
        requested_by=item["requested_by"],
        lines={line_id: int(units) for line_id, units in item["lines"].items()},
        restock=item["restock"],
        status=RefundStatus(item["status"]),
        vendor_id=item.get("vendor_id"),
        failure=item.get("failure"),
        due_at=_to_moment(item.get("due_at")),
        created_at=from_wire(item["created_at"]),
        settled_at=_to_moment(item.get("settled_at")),
    )


def _from_ship_to(address: ShipTo | None) -> Item | None:
    return None if address is None else asdict(address)


def _to_ship_to(item: Mapping[str, Any] | None) -> ShipTo | None:
    return None if item is None else ShipTo(**item)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_wire(moment)


def _to_moment(text: str | None) -> datetime | None:
    return None if text is None else from_wire(text)
