"""How much goes back for which units, and what becomes of a refund by the vendor's word."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.shared.errors import InvalidRequest
from souk.shared.money import Money
from souk.storefront.orders.model import RECHECK_AFTER, Fulfilment, Order, Refund, RefundRequest
from souk.storefront.orders.service.refunds import amount_of
from tests.unit.storefront.orders.order_builders import ANNA, BERT, BUYER, NOW, a_line, a_part, an_order, paid, usd

CENTS = st.integers(0, 99_999)


def paid_for(*parts: Fulfilment) -> Order:
    return paid(an_order(*parts))


def give_back(order: Order, wish: RefundRequest, name: str = "r1") -> Order:
    amount, units = amount_of(order, order.fulfilment(ANNA), wish)
    refund = Refund(name, {ANNA: amount}, wish.reason, BUYER, NOW, NOW + RECHECK_AFTER, units, wish.restock)
    return order.reserve_refund(refund)


@st.composite
def parts(draw: st.DrawFn) -> Fulfilment:
    lines = [
        a_line(
            number, quantity=draw(st.integers(1, 5)), price=str(Money.from_minor(draw(st.integers(1, 99_999)), "USD"))
        )
        for number in range(1, 1 + draw(st.integers(1, 4)))
    ]
    shipping, tax = (Money.from_minor(draw(CENTS), "USD") for _ in range(2))
    return a_part(ANNA, *lines, shipping=shipping, tax=tax)


@given(parts(), st.randoms(use_true_random=False))
def test_units_refunded_one_by_one_add_up_to_the_refund_of_all_at_once(part: Fulfilment, dice: Random) -> None:
    at_once, _ = amount_of(
        paid_for(part), part, RefundRequest("r", lines={line.id: line.quantity for line in part.lines})
    )
    units = [line.id for line in part.lines for _ in range(line.quantity)]
    dice.shuffle(units)
    order = paid_for(part)
    for number, line_id in enumerate(units):
        order = give_back(order, RefundRequest("r", lines={line_id: 1}), f"r{number}")
    assert sum(refund.amount.minor for refund in order.refunds) == at_once.minor
    assert at_once.minor <= part.total.minor


@given(parts())
def test_a_refund_without_lines_or_amount_refunds_everything_left(part: Fulfilment) -> None:
    order = paid_for(part)
    amount, units = amount_of(order, part, RefundRequest("r"))
    assert amount == part.total
    assert units == {line.id: line.quantity for line in part.lines}


def test_a_refund_of_units_does_not_refund_shipping_and_its_tax() -> None:
    part = a_part(ANNA, a_line(1, 2, "10.00"), shipping=usd("5.00"), tax=usd("2.50"))
    order = give_back(paid_for(part), RefundRequest("r", lines={"1": 2}))
    assert order.refunds[0].amount == usd("22.00")
    amount, units = amount_of(order, part, RefundRequest("r"))
    assert (amount, units) == (usd("5.50"), {})


@pytest.mark.parametrize(
    "wish", [RefundRequest("r", lines={"9": 1}), RefundRequest("r", amount=usd("0.01").amount / 2)]
)
def test_unknown_lines_and_amounts_below_a_cent_cannot_be_refunded(wish: RefundRequest) -> None:
    part = a_part(ANNA, a_line(1))
    with pytest.raises(InvalidRequest):
        amount_of(paid_for(part, a_part(BERT, a_line(2))), part, wish)


def test_a_pending_refund_is_checked_less_often_the_older_it_is() -> None:
    order = give_back(paid_for(a_part(ANNA, a_line(1))), RefundRequest("r"))
    soon, later = NOW + RECHECK_AFTER, NOW + timedelta(days=2)
    assert order.reschedule(soon).due_at == soon + RECHECK_AFTER
    assert order.reschedule(later).due_at == later + timedelta(hours=12)
