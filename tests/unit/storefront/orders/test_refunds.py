"""How much goes back for which units, and what becomes of a refund by the vendor's word."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.shared.errors import InvalidRequest
from souk.shared.money import CURRENCIES, Money
from souk.storefront.orders.model import RECHECK_AFTER, Fulfilment, Order, Refund, RefundRequest
from souk.storefront.orders.service.refunds import amount_of
from souk.storefront.payments.adapters.stripe.amounts import charge_rules
from tests.unit.storefront.orders.order_builders import (
    ANNA,
    BERT,
    BUYER,
    DOLLARS,
    NOW,
    a_line,
    a_part,
    an_order,
    paid,
    usd,
)


def paid_for(*parts: Fulfilment) -> Order:
    return paid(an_order(*parts, currency=parts[0].shipping.currency))


def give_back(order: Order, wish: RefundRequest, name: str = "r1") -> Order:
    amount, units = amount_of(order, order.fulfilment(ANNA), wish, charge_rules(order.currency))
    refund = Refund(name, {ANNA: amount}, wish.reason, BUYER, NOW, NOW + RECHECK_AFTER, units, wish.restock)
    return order.reserve_refund(refund)


@st.composite
def parts(draw: st.DrawFn) -> Fulfilment:
    """In any currency, of amounts that its payment vendor takes."""
    rules = charge_rules(draw(st.sampled_from(sorted(CURRENCIES))))

    def amount(least: int) -> Money:
        return rules.step * draw(st.integers(least, 99_999))

    lines = [
        a_line(number, quantity=draw(st.integers(1, 5)), unit_price=amount(1))
        for number in range(1, 1 + draw(st.integers(1, 4)))
    ]
    return a_part(ANNA, *lines, shipping=amount(0), tax=amount(0))


@given(parts(), st.randoms(use_true_random=False))
def test_units_refunded_one_by_one_add_up_to_the_refund_of_all_at_once(part: Fulfilment, dice: Random) -> None:
    rules = charge_rules(part.shipping.currency)
    at_once, _ = amount_of(
        paid_for(part), part, RefundRequest("r", lines={line.id: line.quantity for line in part.lines}), rules
    )
    units = [line.id for line in part.lines for _ in range(line.quantity)]
    dice.shuffle(units)
    order = paid_for(part)
    for number, line_id in enumerate(units):
        order = give_back(order, RefundRequest("r", lines={line_id: 1}), f"r{number}")
        assert rules.takes(order.refunds[-1].amount)
    assert sum(refund.amount.minor for refund in order.refunds) == at_once.minor
    assert at_once.minor <= part.total.minor


@given(parts())
def test_a_refund_without_lines_or_amount_refunds_everything_left(part: Fulfilment) -> None:
    order = paid_for(part)
    amount, units = amount_of(order, part, RefundRequest("r"), charge_rules(order.currency))
    assert amount == part.total
    assert units == {line.id: line.quantity for line in part.lines}


def test_a_refund_of_units_does_not_refund_shipping_and_its_tax() -> None:
    part = a_part(ANNA, a_line(1, 2, "10.00"), shipping=usd("5.00"), tax=usd("2.50"))
    order = give_back(paid_for(part), RefundRequest("r", lines={"1": 2}))
    assert order.refunds[0].amount == usd("22.00")
    amount, units = amount_of(order, part, RefundRequest("r"), charge_rules(order.currency))
    assert (amount, units) == (usd("5.50"), {})


def test_an_amount_that_the_vendor_does_not_take_cannot_be_refunded() -> None:
    dinar = charge_rules("KWD").step * 500
    part = a_part(ANNA, a_line(1, unit_price=dinar), shipping=dinar, tax=dinar)
    with pytest.raises(InvalidRequest, match=r"amount: amounts in KWD are multiples of 0\.010") as refused:
        amount_of(paid_for(part), part, RefundRequest("r", amount=Decimal("1.234")), charge_rules("KWD"))
    assert [problem.field for problem in refused.value.problems] == ["amount"]


@pytest.mark.parametrize(
    "wish", [RefundRequest("r", lines={"9": 1}), RefundRequest("r", amount=usd("0.01").amount / 2)]
)
def test_unknown_lines_and_amounts_below_a_cent_cannot_be_refunded(wish: RefundRequest) -> None:
    part = a_part(ANNA, a_line(1))
    with pytest.raises(InvalidRequest):
        amount_of(paid_for(part, a_part(BERT, a_line(2))), part, wish, DOLLARS)


def test_a_pending_refund_is_checked_less_often_the_older_it_is() -> None:
    order = give_back(paid_for(a_part(ANNA, a_line(1))), RefundRequest("r"))
    soon, later = NOW + RECHECK_AFTER, NOW + timedelta(days=2)
    assert order.reschedule(soon).due_at == soon + RECHECK_AFTER
    assert order.reschedule(later).due_at == later + timedelta(hours=12)
