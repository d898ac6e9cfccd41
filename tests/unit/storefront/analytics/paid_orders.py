"""Orders of two sellers, with shipping and tax that do not divide evenly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from souk.shared.money import Money
from souk.storefront.analytics.model.counters import Fact, Tally
from souk.storefront.orders.model import Capture, Fulfilment, Line, Order, Payment, Refund, RefundStatus

NOW = datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)
ANA, BEA = "ana", "bea"


def money(minor: int, currency: str = "USD") -> Money:
    return Money.from_minor(minor, currency)


def a_line(number: int, unit_minor: int, quantity: int, currency: str = "USD") -> Line:
    return Line(f"l{number}", f"p{number}", f"Product {number}", money(unit_minor, currency), quantity)


def an_order(order_id: str = "o1", currency: str = "USD", **changes: Any) -> Order:
    """Ana: 3 x 3.33 and 1 x 10.00, shipping 4.99, tax 2.22. Bea: 2 x 0.05, no shipping, tax 0.01."""
    ana = Fulfilment(
        ANA,
        "Ana's",
        (a_line(1, 333, 3, currency), a_line(2, 1000, 1, currency)),
        money(499, currency),
        money(222, currency),
    )
    bea = Fulfilment(BEA, "Bea's", (a_line(3, 5, 2, currency),), money(0, currency), money(1, currency))
    facts: dict[str, Any] = {
        "id": order_id,
        "buyer_id": "john",
        "buyer_name": "John D.",
        "currency": currency,
        "fulfilments": (ana, bea),
        "payment": Payment.begun(NOW, timedelta(minutes=31)),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Order(**{**facts, **changes})


def capture(order: Order, at: datetime = NOW) -> Capture:
    return Capture(order.total, f"pi-{order.id}", at)


def paid(order_id: str = "o1", at: datetime = NOW, currency: str = "USD") -> Order:
    order = an_order(order_id, currency)
    return order.pay(capture(order, at))


def a_refund(refund_id: str, shares: dict[str, int], at: datetime = NOW, **changes: Any) -> Refund:
    parts = {seller_id: money(minor) for seller_id, minor in shares.items()}
    return Refund(refund_id, parts, "Broken.", ANA, created_at=at, due_at=at, **changes)


def settled(order: Order, refund_id: str, status: RefundStatus, at: datetime = NOW) -> Order:
    refund = order.refund(refund_id)
    assert refund is not None
    done = refund.succeeded("re", at) if status is RefundStatus.SUCCEEDED else refund.failed("re", "No account.", at)
    return order.settle_refund(done)


def refunded(order: Order, refund_id: str, shares: dict[str, int], at: datetime = NOW) -> Order:
    return settled(order.reserve_refund(a_refund(refund_id, shares, at)), refund_id, RefundStatus.SUCCEEDED, at)


def by_seller(facts: tuple[Fact, ...]) -> dict[str, Tally]:
    """The sums of the facts over all days, by seller, for all products together."""
    sums: dict[str, Tally] = {}
    for row in (row for fact in facts for row in fact.moves if row.product_id is None):
        sums[row.seller_id] = sums.get(row.seller_id, Tally()) + row.tally
    return sums
