"""Orders in the states that tests begin from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from souk.shared.errors import Conflict
from souk.shared.money import Money
from souk.storefront.orders.model import (
    Capture,
    Fulfilment,
    Line,
    Order,
    Payment,
    Refund,
    ShipTo,
    Status,
)
from souk.storefront.payments.adapters.stripe.amounts import charge_rules

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
HOLD = timedelta(minutes=31)
FORTNIGHT = timedelta(days=14)
BUYER, ANNA, BERT = "buyer", "anna", "bert"
DOLLARS = charge_rules("USD")
HOME = ShipTo("Jo March", "1 Main St", None, "New York", "NY", "10001", "US", None)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def a_line(number: int = 1, quantity: int = 2, price: str = "10.00", **changes: Any) -> Line:
    fields: dict[str, Any] = {
        "id": str(number),
        "product_id": f"product-{number}",
        "title": f"Thing {number}",
        "unit_price": usd(price),
        "quantity": quantity,
    }
    return Line(**{**fields, **changes})


def a_part(seller_id: str = ANNA, *lines: Line, **changes: Any) -> Fulfilment:
    fields: dict[str, Any] = {
        "seller_id": seller_id,
        "seller_name": f"Shop of {seller_id}",
        "lines": lines or (a_line(),),
        "shipping": usd("5.00"),
        "tax": usd("2.22"),
    }
    return Fulfilment(**{**fields, **changes})


def an_order(*parts: Fulfilment, **changes: Any) -> Order:
    """Pending, from Anna (two things) and from Bert (one), unless said otherwise."""
    fields: dict[str, Any] = {
        "id": "order-1",
        "buyer_id": BUYER,
        "buyer_name": "Jo March",
        "buyer_email": "jo@example.com",
        "currency": "USD",
        "fulfilments": parts or (a_part(ANNA, a_line(1), a_line(2, 1, "7.35")), a_part(BERT, a_line(3, 3, "1.10"))),
        "payment": Payment.begun(NOW, HOLD),
        "created_at": NOW,
        "updated_at": NOW,
        "ship_to": HOME,
    }
    return Order(**{**fields, **changes})


def a_capture(order: Order, **changes: Any) -> Capture:
    fields: dict[str, Any] = {"amount": order.total, "intent_id": "pi_1", "at": NOW, "session_id": "cs_1"}
    return Capture(**{**fields, **changes})


def paid(order: Order | None = None) -> Order:
    order = order or an_order()
    return order.pay(a_capture(order))


def standing(order: Order, status: Status) -> Order:
    """With every part in `status`, however it would have come there."""
    return replace(order, fulfilments=tuple(replace(part, status=status) for part in order.fulfilments))


def a_refund(order: Order, seller_id: str = ANNA, amount: str = "1.00", **changes: Any) -> Refund:
    fields: dict[str, Any] = {
        "id": f"refund-{len(order.refunds) + 1}",
        "shares": {seller_id: usd(amount)},
        "reason": "Scratched.",
        "requested_by": seller_id,
        "created_at": NOW,
        "due_at": NOW + timedelta(minutes=1),
    }
    return Refund(**{**fields, **changes})


def refused(act: Callable[[], Order]) -> str:
    with pytest.raises(Conflict) as caught:
        act()
    return caught.value.code
