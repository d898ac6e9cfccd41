"""Orders on the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from souk.accounts.addresses.schemas import PostalAddressOut
from souk.http.messages import Request, Response, etag
from souk.http.pagination import to_cursor
from souk.http.waiting import applied, wait_until
from souk.selling.photos.presenter import small
from souk.storefront.orders.model import Fulfilment, Line, Order, Refund, Sale, ShipTo, Tracking
from souk.storefront.orders.schemas import (
    BuyerOrder,
    BuyerOrders,
    BuyerOrderSummary,
    FulfilmentOut,
    LineOut,
    OrderOut,
    OrdersOut,
    OrderSummary,
    OrderTracking,
    ParcelOut,
    PaymentOut,
    PlacedOrder,
    Quote,
    QuotedItem,
    RefundOut,
    SaleOut,
    SalesOut,
    TrackingOut,
)

_OPENING_SECONDS: Final = 5
"""Within this time another call with the same key has opened the checkout session."""


def present_quote(order: Order) -> Quote:
    items = [QuotedItem.of(line, seller_id=part.seller_id) for part in order.fulfilments for line in part.lines]
    return Quote.of(order, items=items)


def respond_placed(order: Order) -> Response:
    placed = PlacedOrder(
        order_id=order.id,
        status=order.status,
        payment_url=order.payment.url,
        total=order.total.amount,
        currency=order.currency,
        expires_at=order.payment.expires_at,
    )
    return Response(placed, 201, _placed_headers(order))


def respond_bought(order: Order) -> Response:
    """An order of one line, in the names of /buyers."""
    [part] = order.fulfilments
    [line] = part.lines
    bought = BuyerOrder.of(
        order,
        seller_id=part.seller_id,
        product_id=line.product_id,
        quantity=line.quantity,
        total_price=order.subtotal.amount,
        payment_url=order.payment.url,
        expires_at=order.payment.expires_at,
    )
    return Response(bought, 201, _placed_headers(order))


def wait_until_opened(resume: Callable[[], Order]) -> Order:
    """The order of a repeated call, whose first time may just be opening the checkout session."""
    return wait_until(_OPENING_SECONDS, resume, lambda order: order.payment.is_opened or not order.is_pending)


def respond(order: Order, tracking: Sequence[Tracking], status: int | None = None) -> Response:
    return Response(present(order, tracking), status, etag(order.version))


def present(order: Order, tracking: Sequence[Tracking]) -> OrderOut:
    payment, capture = order.payment, order.payment.capture
    return OrderOut.of(
        order,
        **dict(_summary(order)),
        payment=PaymentOut.of(
            payment,
            captured=order.captured.amount,
            captured_at=capture.at if capture else None,
            refunded=order.refunded.amount,
            transaction_id=capture.intent_id if capture else None,
        ),
        refunds=[present_refund(refund) for refund in order.refunds],
        shipping_address=_address(order.ship_to),
        tracking=[present_tracking(entry) for entry in reversed(tracking)],
    )


def present_page(orders: Sequence[Order], following: dict[str, str] | None) -> OrdersOut:
    return OrdersOut(data=[_summary(order) for order in orders], next_cursor=to_cursor(following))


def present_buyer_page(orders: Sequence[Order], following: dict[str, str] | None) -> BuyerOrders:
    return BuyerOrders(
        orders=[
            BuyerOrderSummary.of(
                order,
                product_name=order.lines[0].title,
                quantity=sum(line.quantity for line in order.lines),
                total_price=order.subtotal.amount,
                items=[_line(line) for line in order.lines],
            )
            for order in orders
        ],
        next_cursor=to_cursor(following),
    )


def respond_sale(sale: Sale) -> Response:
    return Response(present_sale(sale), headers=etag(sale.fulfilment.version))


def present_sale(sale: Sale) -> SaleOut:
    part = sale.fulfilment
    return SaleOut.of(
        part,
        id=sale.order_id,
        buyer_id=sale.buyer_id,
        buyer_name=sale.buyer_name,
        product_name=part.lines[0].title,
        quantity=sum(line.quantity for line in part.lines),
        total_price=part.items.amount,
        refunded=sale.refunded.amount,
        currency=sale.refunded.currency,
        status=sale.status,
        payment_status=sale.payment,
        shipping_address=_address(sale.ship_to),
        created_at=sale.created_at,
        items=[_line(line) for line in part.lines],
    )


def present_sales(sales: Sequence[Sale], following: dict[str, str] | None) -> SalesOut:
    return SalesOut(orders=[present_sale(sale) for sale in sales], next_cursor=to_cursor(following))


def present_refund(refund: Refund) -> RefundOut:
    return RefundOut.of(refund, items=refund.lines)


def present_tracking(entry: Tracking) -> TrackingOut:
    return TrackingOut.of(entry, created_at=entry.at)


def respond_tracking(request: Request, read: Callable[[], tuple[Order, Sequence[Tracking]]]) -> Response:
    """Where the parcels are; 304 when the client has seen it. `Prefer: wait` holds the answer until a change."""

    def is_new(found: tuple[Order, Sequence[Tracking]]) -> bool:
        return not request.knows(etag(found[0].version)["ETag"])

    order, tracking = wait_until(request.wait_seconds or 0, read, is_new)
    headers = etag(order.version)
    if not is_new((order, tracking)):
        return applied(request, Response(None, 304, headers))
    shown = OrderTracking.of(
        order,
        order_id=order.id,
        parcels=[ParcelOut.of(part) for part in order.fulfilments],
        tracking=[present_tracking(entry) for entry in reversed(tracking)],
    )
    return applied(request, Response(shown, 200, headers))


def _placed_headers(order: Order) -> dict[str, str]:
    return {"Location": f"/api/v1/orders/{order.id}", **etag(order.version)}


def _summary(order: Order) -> OrderSummary:
    fulfilments = [_fulfilment(part) for part in order.fulfilments]
    return OrderSummary.of(order, payment_status=order.payment.status, fulfilments=fulfilments)


def _fulfilment(part: Fulfilment) -> FulfilmentOut:
    return FulfilmentOut.of(part, subtotal=part.items.amount, items=[_line(line) for line in part.lines])


def _line(line: Line) -> LineOut:
    return LineOut.of(line, line_id=line.id, image_url=small(line.image))


def _address(ship_to: ShipTo | None) -> PostalAddressOut | None:
    if ship_to is None:
        return None
    return PostalAddressOut.of(ship_to, address_line1=ship_to.line1, address_line2=ship_to.line2)
