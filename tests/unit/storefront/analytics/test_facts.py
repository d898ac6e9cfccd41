"""The facts of an order that are counted, over its whole life."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.shared.errors import Conflict
from souk.storefront.analytics.model.counters import Fact, Row, Tally
from souk.storefront.analytics.model.facts import facts_of, new_facts
from souk.storefront.orders.model import Order, PaymentStatus, RefundStatus, Status
from tests.unit.storefront.analytics.paid_orders import (
    ANA,
    BEA,
    NOW,
    a_refund,
    an_order,
    by_seller,
    capture,
    paid,
    refunded,
    settled,
)

DAY = NOW.date()
LATER = NOW + timedelta(days=3)


def test_an_unpaid_order_has_no_facts() -> None:
    assert facts_of(an_order()) == ()
    assert facts_of(an_order().close_unpaid(PaymentStatus.EXPIRED)) == ()


def test_a_capture_counts_each_sellers_goods_and_shipping_without_tax() -> None:
    [fact] = facts_of(paid())
    assert fact == Fact(
        "o1",
        "captured",
        (
            Row(ANA, DAY, "USD", Tally(revenue=999 + 1000 + 499, orders=1, units=4)),
            Row(ANA, DAY, "USD", Tally(revenue=999, orders=1, units=3), "p1", "Product 1"),
            Row(ANA, DAY, "USD", Tally(revenue=1000, orders=1, units=1), "p2", "Product 2"),
            Row(BEA, DAY, "USD", Tally(revenue=10, orders=1, units=2)),
            Row(BEA, DAY, "USD", Tally(revenue=10, orders=1, units=2), "p3", "Product 3"),
        ),
    )


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 21, 23, 59, 59, 999_000, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 22, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 21, 20, tzinfo=timezone(timedelta(hours=-5))), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 1, tzinfo=timezone(timedelta(hours=2))), date(2026, 11, 21)),
    ],
)
def test_the_day_is_that_of_the_capture_in_utc(at: datetime, day: date) -> None:
    assert {row.day for fact in facts_of(paid(at=at)) for row in fact.moves} == {day}


def test_a_payment_of_another_amount_is_no_capture() -> None:
    order = an_order()
    of_less = capture(an_order("o2", fulfilments=order.fulfilments[:1]))
    assert facts_of(order.pay(of_less)) == ()


def test_a_part_that_a_refund_cancels_is_counted_as_any_refund() -> None:
    order = paid()
    cancelled = order.reserve_refund(a_refund("r1", {BEA: 11}))
    assert cancelled.fulfilment(BEA).status is Status.CANCELLED
    assert new_facts(order, cancelled) == ()
    [fact] = new_facts(cancelled, settled(cancelled, "r1", RefundStatus.SUCCEEDED, NOW))
    assert fact == Fact("o1", "refunded-r1", (Row(BEA, DAY, "USD", Tally(refunds=10)),))


def test_after_the_payment_only_refunds_are_new_facts() -> None:
    order = paid()
    moved = order.advance(ANA, Status.PROCESSING, NOW, timedelta(days=14))
    assert new_facts(order, moved) == ()
    cancelled = moved.cancel_fulfilment(BEA, "r1", LATER)
    assert new_facts(moved, cancelled) == ()
    [fact] = new_facts(cancelled, settled(cancelled, "r1", RefundStatus.SUCCEEDED, LATER))
    assert fact == Fact("o1", "refunded-r1", (Row(BEA, LATER.date(), "USD", Tally(refunds=10)),))


def test_a_refund_counts_on_the_day_it_was_requested_even_if_it_succeeds_later() -> None:
    requested = paid().reserve_refund(a_refund("r1", {ANA: 2720}))
    [fact] = new_facts(requested, settled(requested, "r1", RefundStatus.SUCCEEDED, LATER))
    assert fact.moves == (Row(ANA, DAY, "USD", Tally(refunds=2498)),)


def test_a_failed_refund_adds_up_to_nothing_whether_it_had_succeeded_or_not() -> None:
    requested = paid().reserve_refund(a_refund("r1", {ANA: 100, BEA: 5}))
    failed = settled(requested, "r1", RefundStatus.FAILED)
    succeeded = settled(requested, "r1", RefundStatus.SUCCEEDED)
    reversed_refund = settled(succeeded, "r1", RefundStatus.FAILED, LATER)
    assert facts_of(failed) == facts_of(reversed_refund)
    assert by_seller(facts_of(reversed_refund)) == by_seller(facts_of(requested))
    assert [fact.name for fact in new_facts(succeeded, reversed_refund)] == ["refund-failed-r1"]


def test_a_refund_rounded_to_nothing_moves_no_counter() -> None:
    """Of 11 cents one is tax: 5 are 5 without it (4.55), and 6 are too (5.45)."""
    order = refunded(refunded(paid(), "r1", {BEA: 5}), "r2", {BEA: 1})
    moves = {fact.name: [row.tally.refunds for row in fact.moves] for fact in facts_of(order)[1:]}
    assert moves == {"refunded-r1": [5], "refunded-r2": []}


def test_a_late_payment_that_is_refunded_counts_as_revenue_and_refund() -> None:
    late = an_order().close_unpaid(PaymentStatus.EXPIRED)
    given_up = late.refund_late_payment(capture(late, LATER), "r1", LATER)
    sums = by_seller(facts_of(settled(given_up, "r1", RefundStatus.SUCCEEDED, LATER)))
    assert {seller: tally.net for seller, tally in sums.items()} == {ANA: 0, BEA: 0}


@given(st.lists(st.integers(1, 2720), min_size=1, max_size=12))
def test_partial_refunds_add_up_to_the_whole(parts: list[int]) -> None:
    """However a seller's part is split into refunds, together they are the whole revenue and nothing more."""
    order, left = paid(), 2720
    for number, part in enumerate([*parts, 2720]):
        wanted = min(part, left)
        if wanted:
            order = refunded(order, f"r{number}", {ANA: wanted})
            left -= wanted
    assert by_seller(facts_of(order))[ANA].net == 0


# The life of an order: actions that are tried, each with a number.
_ACTIONS = st.lists(
    st.tuples(st.sampled_from(["pay", "close", "ask", "succeed", "fail", "advance", "cancel"]), st.integers(0, 3000)),
    max_size=25,
)


def _live(order: Order, action: str, number: int) -> Order:
    seller = (ANA, BEA)[number % 2]
    refunds = order.refunds
    match action:
        case "pay":
            return order.pay(capture(order))
        case "close":
            return order.close_unpaid(PaymentStatus.EXPIRED)
        case "ask":
            return order.reserve_refund(a_refund(f"r{len(refunds)}", {seller: number + 1}))
        case "succeed" | "fail":
            status = RefundStatus.SUCCEEDED if action == "succeed" else RefundStatus.FAILED
            return settled(order, refunds[number % len(refunds)].id, status) if refunds else order
        case "advance":
            steps = (Status.PROCESSING, Status.SHIPPED, Status.DELIVERED)
            return order.advance(seller, steps[number % 3], NOW, timedelta(days=14))
    return order.cancel_fulfilment(seller, f"r{len(refunds)}", NOW)


@given(_ACTIONS, st.randoms(use_true_random=False))
def test_records_in_any_order_have_the_facts_of_the_final_order(actions: list[tuple[str, int]], chance: Random) -> None:
    """Delivered twice and in any order: each fact counts once by its name, and all are facts of the final order."""
    versions: list[Order] = [an_order()]
    for action, number in actions:
        try:
            versions.append(_live(versions[-1], action, number))
        except Conflict:
            continue
    delivered = [new_facts(before, after) for before, after in pairwise((None, *versions)) if after]
    records = delivered * 2
    chance.shuffle(records)
    counted = {fact.name: fact for facts in records for fact in facts}
    assert counted == {fact.name: fact for fact in facts_of(versions[-1])}
