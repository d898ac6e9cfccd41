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
from souk.storefront.orders.model import RECHECK_AFTER, Fulfilment, Order, Refund, RefundRequest, Status
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


def shipped(order: Order) -> Order:
    for status in (Status.PROCESSING, Status.SHIPPED):
        order = order.advance(ANNA, status, NOW, timedelta(days=14))
    return order


@given(parts(), st.randoms(use_true_random=False), st.booleans())
def test_units_refunded_one_by_one_add_up_to_the_refund_of_all_at_once(
    part: Fulfilment, dice: Random, has_shipped: bool
) -> None:
    rules = charge_rules(part.shipping.currency)
    order = shipped(paid_for(part)) if has_shipped else paid_for(part)
    everything = RefundRequest("r", lines={line.id: line.quantity for line in part.lines})
    at_once, _ = amount_of(order, order.fulfilment(ANNA), everything, rules)
    units = [line.id for line in part.lines for _ in range(line.quantity)]
    dice.shuffle(units)
    for number, line_id in enumerate(units):
        order = give_back(order, RefundRequest("r", lines={line_id: 1}), f"r{number}")
        assert rules.takes(order.refunds[-1].amount)
    assert sum(refund.amount.minor for refund in order.refunds) == at_once.minor
    assert at_once.minor <= part.total.minor if has_shipped else at_once == part.total


@given(parts())
def test_a_refund_without_lines_or_amount_refunds_everything_left(part: Fulfilment) -> None:
    order = paid_for(part)
    amount, units = amount_of(order, part, RefundRequest("r"), charge_rules(order.currency))
    assert amount == part.total
    assert units == {line.id: line.quantity for line in part.lines}


def test_a_refund_of_units_that_have_shipped_does_not_refund_shipping_and_its_tax() -> None:
    part = a_part(ANNA, a_line(1, 2, "10.00"), shipping=usd("5.00"), tax=usd("2.50"))
    order = give_back(shipped(paid_for(part)), RefundRequest("r", lines={"1": 2}))
    assert order.refunds[0].amount == usd("22.00")
    amount, units = amount_of(order, part, RefundRequest("r"), charge_rules(order.currency))
    assert (amount, units) == (usd("5.50"), {})


def test_the_last_units_of_what_has_not_shipped_are_refunded_with_the_shipping_and_its_tax() -> None:
    """What is cancelled by that is not shipped, so the buyer does not pay for it."""
    part = a_part(ANNA, a_line(1, 2, "10.00"), shipping=usd("5.00"), tax=usd("2.50"))
    order = give_back(paid_for(part), RefundRequest("r", lines={"1": 1}))
    order = give_back(order, RefundRequest("r", amount=Decimal("1.00")), "r2")
    order = give_back(order, RefundRequest("r", lines={"1": 1}), "r3")
    assert [refund.amount for refund in order.refunds] == [usd("11.00"), usd("1.00"), usd("15.50")]
    assert (order.fulfilment(ANNA).status, order.refundable(ANNA)) == (Status.CANCELLED, usd("0.00"))


def test_units_of_a_cancelled_part_whose_refund_has_failed_are_refunded_with_the_shipping_too() -> None:
    part = a_part(ANNA, a_line(1, 2, "10.00"), shipping=usd("5.00"), tax=usd("2.50"))
    order = give_back(paid_for(part), RefundRequest("r", lines={"1": 2}))
    order = order.settle_refund(order.refunds[0].failed("re_1", "lost", NOW))
    order = give_back(order, RefundRequest("r", lines={"1": 2}), "r2")
    assert order.refunds[1].amount == part.total


def test_an_amount_that_the_vendor_does_not_take_cannot_be_refunded() -> None:
    dinar = charge_rules("KWD").step * 500
    part = a_part(ANNA, a_line(1, unit_price=dinar), shipping=dinar, tax=dinar)
    with pytest.raises(InvalidRequest, match=r"amount: amounts in KWD are multiples of 0\.010") as refused:
        amount_of(paid_for(part), part, RefundRequest("r", amount=Decimal("1.234")), charge_rules("KWD"))
    assert [(one.field, one.code, one.limit) for one in refused.value.problems] == [("amount", "too_precise", 2)]


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (RefundRequest("r", lines={"9": 1}), ("lines", "unknown_value", None)),
        (RefundRequest("r", amount=usd("0.01").amount / 2), ("amount", "too_precise", 2)),
    ],
)
def test_unknown_lines_and_amounts_below_a_cent_cannot_be_refunded(
    wish: RefundRequest, problem: tuple[str, str, int | None]
) -> None:
    part = a_part(ANNA, a_line(1))
    with pytest.raises(InvalidRequest) as refused:
        amount_of(paid_for(part, a_part(BERT, a_line(2))), part, wish, DOLLARS)
    assert [(one.field, one.code, one.limit) for one in refused.value.problems] == [problem]


def test_a_pending_refund_is_checked_less_often_the_older_it_is() -> None:
    order = give_back(paid_for(a_part(ANNA, a_line(1))), RefundRequest("r"))
    soon, later = NOW + RECHECK_AFTER, NOW + timedelta(days=2)
    assert order.reschedule_refund("r1", soon).due_at == soon + RECHECK_AFTER
    assert order.reschedule_refund("r1", later).due_at == later + timedelta(hours=12)
