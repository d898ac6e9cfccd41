"""The facts of an order that are counted: payments and refunds.

Facts are derived from the order's current state and never change later, since an order's prices, quantities and times
never change. So it does not matter whether they come from the stream, late, twice, out of order, or from a rebuild.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from souk.storefront.analytics.model.counters import Fact, Row, Tally
from souk.storefront.orders.model import Fulfilment, Order, Refund, RefundStatus


def facts_of(order: Order) -> tuple[Fact, ...]:
    """Everything that has happened to an order so far."""
    return (*_captures(order), *(fact for refund in order.refunds for fact in _refunds(order, refund)))


def new_facts(before: Order | None, after: Order) -> tuple[Fact, ...]:
    """The facts of `after` that `before` did not have."""
    known = set(facts_of(before)) if before else set()
    return tuple(fact for fact in facts_of(after) if fact not in known)


def _captures(order: Order) -> Iterator[Fact]:
    """A payment counts on the UTC day of its capture, also a late one that is refunded."""
    capture = order.payment.capture
    if capture is None:
        return
    day = _day(capture.at)
    yield Fact(order.id, "captured", tuple(row for part in order.fulfilments for row in _sales(order, part, day)))


def _sales(order: Order, part: Fulfilment, day: date) -> Iterator[Row]:
    units = sum(line.quantity for line in part.lines)
    yield Row(part.seller_id, day, order.currency, Tally(revenue=_without_tax(part), orders=1, units=units))
    for line in part.lines:
        sold = Tally(revenue=line.total.minor, orders=1, units=line.quantity)
        yield Row(part.seller_id, day, order.currency, sold, line.product_id, line.title)


def _refunds(order: Order, refund: Refund) -> Iterator[Fact]:
    """A refund counts once it has succeeded, on the UTC day on which it was requested.

    A failed refund may have succeeded before and been counted; a second fact then reverses it. The order's current
    state does not say whether it had, so every failed refund has both facts.
    """
    if refund.status is RefundStatus.PENDING:
        return
    day = _day(refund.created_at)
    shares = {seller_id: _share_without_tax(order, refund, seller_id) for seller_id in sorted(refund.shares)}
    rows = tuple(
        Row(seller_id, day, order.currency, Tally(refunds=share)) for seller_id, share in shares.items() if share
    )
    yield Fact(order.id, f"refunded-{refund.id}", rows)
    if refund.status is RefundStatus.FAILED:
        reversed_rows = tuple(replace(row, tally=-row.tally) for row in rows)
        yield Fact(order.id, f"refund-failed-{refund.id}", reversed_rows)


def _without_tax(part: Fulfilment) -> int:
    return (part.items + part.shipping).minor


def _share_without_tax(order: Order, refund: Refund, seller_id: str) -> int:
    """The part of a seller's share that is not tax: pro rata, rounded so that partial refunds add up to the whole."""
    part = order.fulfilment(seller_id)
    before = 0
    for earlier in order.refunds[: order.refunds.index(refund)]:
        before += earlier.shares[seller_id].minor if seller_id in earlier.shares else 0

    def without_tax(gross: int) -> int:
        return int((Decimal(gross) * _without_tax(part) / part.total.minor).quantize(Decimal(1), ROUND_HALF_UP))

    return without_tax(before + refund.shares[seller_id].minor) - without_tax(before)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
