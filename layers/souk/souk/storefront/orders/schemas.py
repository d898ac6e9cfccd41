"""Wire shapes of the orders routes. `/buyers` and `/sellers` have names of their own for the same facts."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from souk.accounts.addresses.schemas import PostalAddressOut
from souk.http.fields import Amount, AmountOut, Line, Shaped, Text, Wire
from souk.shared.errors import Forbidden, InvalidValue
from souk.storefront.orders.model import (
    MOST_LINES,
    MOST_UNITS,
    PaymentStatus,
    Purchase,
    RefundRequest,
    RefundStatus,
    Status,
    TrackingUpdate,
)

EntityId = Annotated[str, Shaped(r"^[A-Za-z0-9_-]{1,64}$", "is no id that this API gave")]
Quantity = Annotated[int, Field(ge=1, le=MOST_UNITS, strict=True)]
Note = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
ShortText = Annotated[Line, Field(min_length=1, max_length=100)]


# Requests ------------------------------------------------------------------------------------------------------------


class Item(Wire):
    product_id: EntityId
    quantity: Quantity


class Checkout(Wire):
    """The same product twice is one line."""

    items: Annotated[list[Item], Field(min_length=1, max_length=5 * MOST_LINES)]
    shipping_address_id: EntityId

    def to_purchase(self) -> Purchase:
        items = tuple((item.product_id, item.quantity) for item in self.items)
        return Purchase(items, self.shipping_address_id)


class NewOrder(Checkout):
    payment_method: Literal["card"]


class NewBuyerOrder(Wire):
    """One product, to the buyer's default address. `buyer_id` may be left out; another buyer's is refused."""

    buyer_id: Line | None = None
    product_id: EntityId
    quantity: Quantity

    def to_purchase(self, buyer_id: str) -> Purchase:
        """Raises Forbidden."""
        if self.buyer_id not in (None, buyer_id):
            raise Forbidden("You can order for yourself only.")
        return Purchase(((self.product_id, self.quantity),))


class StatusChange(Wire):
    status: Status


class NewTracking(Wire):
    """At least one of its fields. A `status` moves the seller's part there."""

    status: Status | None = None
    location: ShortText | None = None
    notes: Note | None = None
    carrier: ShortText | None = None
    tracking_number: ShortText | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise InvalidValue("at least one field is needed", code="required")
        return self

    def to_update(self) -> TrackingUpdate:
        return TrackingUpdate(**dict(self))


class RefundedLine(Wire):
    """Units of one line."""

    line_id: EntityId
    quantity: Quantity


class NewRefund(Wire):
    """What to refund: units of lines, or an amount, or with neither all that is left of the seller's part.

    Units of lines are refunded with their share of the tax. All units that are left of what has not shipped are
    refunded with everything that is left, shipping and its tax too. What is refunded whole before it shipped is
    cancelled.

    `restock`: whether the units go back to the stock. By default they do when the seller's part is cancelled, by this
    or later, and do not otherwise; with false they never do.

    `seller_id` is for operators: which seller's part of an order.
    """

    lines: Annotated[list[RefundedLine], Field(min_length=1, max_length=MOST_LINES)] | None = None
    amount: Annotated[Amount, Field(gt=0)] | None = None
    reason: Annotated[Line, Field(min_length=1, max_length=500)]
    restock: bool | None = None
    seller_id: EntityId | None = None

    @model_validator(mode="after")
    def _require_one_way(self) -> Self:
        if self.amount is not None and (self.lines is not None or self.restock):
            raise InvalidValue("either an amount, or lines and restock", code="not_allowed")
        if self.lines is not None and len({line.line_id for line in self.lines}) < len(self.lines):
            raise InvalidValue("a line is named twice", code="not_allowed")
        return self

    def to_request(self) -> RefundRequest:
        return RefundRequest(
            reason=self.reason,
            lines=None if self.lines is None else {line.line_id: line.quantity for line in self.lines},
            amount=self.amount,
            restock=self.restock,
            seller_id=self.seller_id,
        )


# Answers to the buyer -----------------------------------------------------------------------------------------------


class QuotedItem(Wire):
    product_id: str
    seller_id: str
    title: str
    quantity: int
    unit_price: AmountOut
    total: AmountOut


class Quote(Wire):
    """What an order would cost. `tax` is on items and shipping, rounded once for each seller."""

    currency: str
    subtotal: AmountOut
    shipping: AmountOut
    tax: AmountOut
    total: AmountOut
    items: list[QuotedItem]


class PlacedOrder(Wire):
    """`payment_url` is null until the vendor has opened its page: repeat the call with the same Idempotency-Key, or
    read the order. It can be paid there until `expires_at`."""

    order_id: str
    status: Status
    payment_url: str | None
    total: AmountOut
    currency: str
    expires_at: datetime


class LineOut(Wire):
    line_id: str
    product_id: str
    title: str
    image_url: str | None
    quantity: int
    unit_price: AmountOut
    total: AmountOut


class FulfilmentOut(Wire):
    """One seller's part of the order."""

    seller_id: str
    seller_name: str
    status: Status
    subtotal: AmountOut
    shipping: AmountOut
    tax: AmountOut
    total: AmountOut
    carrier: str | None
    tracking_number: str | None
    delivered_at: datetime | None
    items: list[LineOut]


class PaymentOut(Wire):
    """`captured` is what the buyer has paid, `refunded` how much of it has been refunded."""

    method: Literal["card"] = "card"
    status: PaymentStatus
    url: str | None
    expires_at: datetime
    captured: AmountOut
    captured_at: datetime | None
    refunded: AmountOut
    transaction_id: str | None


class RefundOut(Wire):
    id: str
    amount: AmountOut
    status: RefundStatus
    reason: str
    items: dict[str, int]
    created_at: datetime
    settled_at: datetime | None


class TrackingOut(Wire):
    """`status`: of the seller's part at that time."""

    id: str
    seller_id: str
    status: Status
    location: str | None
    notes: str | None
    carrier: str | None
    tracking_number: str | None
    created_at: datetime


class OrderSummary(Wire):
    """An order as in a list."""

    id: str
    status: Status
    currency: str
    subtotal: AmountOut
    shipping: AmountOut
    tax: AmountOut
    total: AmountOut
    payment_status: PaymentStatus
    fulfilments: list[FulfilmentOut]
    version: int
    created_at: datetime
    updated_at: datetime


class OrderOut(OrderSummary):
    buyer_id: str
    payment: PaymentOut
    refunds: list[RefundOut]
    shipping_address: PostalAddressOut | None
    tracking: list[TrackingOut]


class OrdersOut(Wire):
    """A page of orders, newest first."""

    data: list[OrderSummary]
    next_cursor: str | None


class ParcelOut(Wire):
    seller_id: str
    status: Status
    carrier: str | None
    tracking_number: str | None
    delivered_at: datetime | None


class OrderTracking(Wire):
    """Where the parcels are, and the tracking entries, newest first."""

    order_id: str
    status: Status
    parcels: list[ParcelOut]
    tracking: list[TrackingOut]


# Answers under /buyers and /sellers ----------------------------------------------------------------------------------


class BuyerOrder(Wire):
    """`total_price` is quantity times unit price; `total`, with shipping and tax, is what is paid."""

    id: str
    buyer_id: str
    seller_id: str
    product_id: str
    quantity: int
    total_price: AmountOut
    shipping: AmountOut
    tax: AmountOut
    total: AmountOut
    currency: str
    status: Status
    payment_url: str | None
    expires_at: datetime


class BuyerOrderSummary(Wire):
    """`product_name` is the first product's, `quantity` and `total_price` are sums over all `items`."""

    id: str
    product_name: str
    quantity: int
    total_price: AmountOut
    total: AmountOut
    currency: str
    status: Status
    created_at: datetime
    items: list[LineOut]


class BuyerOrders(Wire):
    orders: list[BuyerOrderSummary]
    next_cursor: str | None


class SaleOut(Wire):
    """A seller's part of an order: `quantity` and `total_price` are sums over its own `items`, and `total` is with
    shipping and tax. `shipping_address` is null until it is paid. `version` is what If-Match takes: it counts changes
    of this part only."""

    id: str
    buyer_id: str
    buyer_name: str
    product_name: str
    quantity: int
    total_price: AmountOut
    shipping: AmountOut
    tax: AmountOut
    total: AmountOut
    refunded: AmountOut
    currency: str
    status: Status
    payment_status: PaymentStatus
    carrier: str | None
    tracking_number: str | None
    shipping_address: PostalAddressOut | None
    version: int
    created_at: datetime
    items: list[LineOut]


class SalesOut(Wire):
    orders: list[SaleOut]
    next_cursor: str | None
