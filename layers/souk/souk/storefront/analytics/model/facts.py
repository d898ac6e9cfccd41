"""What an order tells the counters.

Facts follow from the order as it stands, and once there they stay as they are: prices, quantities and times of an order
never change after they were written. So it makes no difference whether facts come from the stream, late, twice, in
disorder, or from a rebuild.
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
    """What `before` did not tell yet."""
    known = set(facts_of(before)) if before else set()
    return tuple(fact for fact in facts_of(after) if fact not in known)


def _captures(order: Order) -> Iterator[Fact]:
    """A payment counts on the UTC day of its capture, also one that came too late and goes back."""
    capture = order.payment.capture
    if capture is None:
        return
    day = _day(capture.at)
    yield Fact(order.id, "captured", tuple(row for one in order.fulfilments for row in _sales(order, one, day)))


def _sales(order: Order, one: Fulfilment, day: date) -> Iterator[Row]:
    units = sum(line.quantity for line in one.lines)
    yield Row(one.seller_id, day, order.currency, Tally(revenue=_taxless(one), orders=1, units=units))
    for line in one.lines:
        sold = Tally(revenue=line.total.minor, orders=1, units=line.quantity)
        yield Row(one.seller_id, day, order.currency, sold, line.product_id, line.title)


def _refunds(order: Order, refund: Refund) -> Iterator[Fact]:
    """A refund counts once it has succeeded, on the UTC day on which it was asked for.

    One that failed may have succeeded before: then it counted, and a second fact takes that away. From the order as it
    stands this cannot be told, so both are facts of every failed refund.
    """
    if refund.status is RefundStatus.PENDING:
        return
    day = _day(refund.created_at)
    shares = {seller_id: _taxless_share(order, refund, seller_id) for seller_id in sorted(refund.shares)}
    rows = tuple(
        Row(seller_id, day, order.currency, Tally(refunds=share)) for seller_id, share in shares.items() if share
    )
    yield Fact(order.id, f"refunded-{refund.id}", rows)
    if refund.status is RefundStatus.FAILED:
        undone = tuple(replace(row, tally=-row.tally) for row in rows)
        yield Fact(order.id, f"refund-failed-{refund.id}", undone)


def _taxless(one: Fulfilment) -> int:
    return (one.items + one.shipping).minor


def _taxless_share(order: Order, refund: Refund, seller_id: str) -> int:
    """What of a seller's share is not tax: pro rata, and rounded so that parts of a whole add up to the whole."""
    one = order.fulfilment(seller_id)
    before = 0
    for earlier in order.refunds[: order.refunds.index(refund)]:
        before += earlier.shares[seller_id].minor if seller_id in earlier.shares else 0

    def taxless(gross: int) -> int:
        return int((Decimal(gross) * _taxless(one) / one.total.minor).quantize(Decimal(1), ROUND_HALF_UP))

    return taxless(before + refund.shares[seller_id].minor) - taxless(before)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
