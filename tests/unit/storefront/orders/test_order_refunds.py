"""What a refund changes in its order: money, states and stock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from souk.storefront.orders.model import (
    MOST_REFUNDS,
    MOVES,
    Order,
    PaymentStatus,
    Sale,
    Status,
    Transition,
)
from tests.unit.storefront.orders.order_builders import (
    ANNA,
    BERT,
    FORTNIGHT,
    NOW,
    a_line,
    a_part,
    a_refund,
    an_order,
    paid,
    refused,
    standing,
    usd,
)

PARTS = [status for status in Status if status is not Status.REFUNDED]
LATER = NOW + timedelta(hours=2)


def test_refunds_never_exceed_what_was_captured_for_a_seller() -> None:
    order = paid(an_order(a_part(ANNA, a_line(1, 1, "10.00")), a_part(BERT, a_line(2, 1, "90.00"))))
    order = order.reserve_refund(a_refund(order, ANNA, "10.00"))
    assert order.refundable(ANNA) == usd("7.22")
    assert refused(lambda: order.reserve_refund(a_refund(order, ANNA, "7.23"))) == "refund_exceeds_capture"
    assert order.reserve_refund(a_refund(order, ANNA, "7.22")).refundable(ANNA) == usd("0.00")


@pytest.mark.parametrize("order", [an_order(), an_order().close_unpaid(PaymentStatus.EXPIRED)])
def test_an_unpaid_order_cannot_be_refunded(order: Order) -> None:
    assert refused(lambda: order.reserve_refund(a_refund(order, ANNA, "0.01"))) == "refund_exceeds_capture"


def test_a_failed_refund_releases_its_amount_and_returns_its_units_only_once() -> None:
    order = paid(an_order(a_part(ANNA, a_line(1, 3, "10.00"))))
    first = a_refund(order, ANNA, "20.00", lines={"1": 2}, restock=True)
    order = order.reserve_refund(first)
    assert order.lines[0].taken == 1
    order = order.settle_refund(first.failed("re_1", "lost", NOW))
    assert order.refundable(ANNA) == order.fulfilment(ANNA).total
    order = order.reserve_refund(a_refund(order, ANNA, "20.00", lines={"1": 2}, restock=True))
    assert order.lines[0].taken == 1
    order = order.reserve_refund(a_refund(order, ANNA, "10.00", lines={"1": 1}, restock=True))
    assert order.lines[0].taken == 0


def test_more_units_than_were_ordered_are_not_refunded() -> None:
    order = paid()
    order = order.reserve_refund(a_refund(order, ANNA, "10.00", lines={"1": 1}))
    assert refused(lambda: order.reserve_refund(a_refund(order, ANNA, "1.00", lines={"1": 2}))) == (
        "refund_exceeds_capture"
    )
    assert order.lines[0].taken == 2  # without restock nothing comes back


def test_an_order_is_refunded_once_refunds_of_its_whole_amount_have_succeeded() -> None:
    order = paid().cancel("r1", NOW)
    assert order.status is Status.CANCELLED
    refund = order.refunds[0]
    gone = order.settle_refund(refund.succeeded("re_1", LATER))
    assert (gone.status, gone.refunded) == (Status.REFUNDED, gone.captured)
    assert Sale.from_order(gone, ANNA).status is Status.REFUNDED
    back = gone.settle_refund(gone.refunds[0].failed("re_1", "account closed", LATER))
    assert (back.status, back.refunded) == (Status.CANCELLED, usd("0.00"))


def test_refund_outcomes_in_any_order_lead_to_the_same_end() -> None:
    refund = a_refund(paid())
    one = refund.succeeded("re_1", NOW).failed("re_1", "lost", NOW)
    other = refund.failed("re_1", "lost", NOW).succeeded("re_1", NOW)
    assert one == other
    assert refund.succeeded("re_1", NOW).succeeded("re_2", LATER) == refund.succeeded("re_1", NOW)


WHOLE: list[list[dict[str, Any]]] = [
    [{"amount": "34.57", "lines": {"1": 2, "2": 1}}],
    [{"amount": "34.57"}],
    [{"amount": "27.35", "lines": {"1": 2, "2": 1}}],  # all lines, without their shipping
    [{"amount": "10.00", "lines": {"1": 1}}, {"amount": "17.35", "lines": {"1": 1, "2": 1}}],
    [{"amount": "0.57"}, {"amount": "4.00", "lines": {"2": 1}}, {"amount": "30.00"}],
]


@pytest.mark.parametrize(("status", "refunds"), list(product(PARTS, WHOLE)))
def test_a_part_that_is_refunded_whole_is_cancelled_unless_it_has_shipped(
    status: Status, refunds: list[dict[str, Any]]
) -> None:
    order = standing(paid(), status)
    assert order.refundable(ANNA) == usd("34.57")
    for number, wanted in enumerate(refunds, 1):
        order = order.reserve_refund(a_refund(order, ANNA, **wanted))
        ends = number == len(refunds) and status in MOVES[Transition.REFUND]
        assert order.fulfilment(ANNA).status is (Status.CANCELLED if ends else status)
    assert order.fulfilment(BERT).status is status
    back = [2, 1] if status in MOVES[Transition.REFUND] else [0, 0]
    assert [line.returned for line in order.fulfilment(ANNA).lines] == back


@pytest.mark.parametrize(
    ("first", "last", "back"),
    [
        (None, None, [2, 1]),
        (True, None, [2, 1]),
        (True, False, [1, 0]),
        (False, None, [1, 1]),
        (None, False, [0, 0]),
    ],
)
def test_goods_that_never_left_go_back_to_the_stock_unless_a_refund_has_said_no(
    first: bool | None, last: bool | None, back: list[int]
) -> None:
    order = paid()
    order = order.reserve_refund(a_refund(order, ANNA, "10.00", lines={"1": 1}, restock=first))
    assert order.lines[0].returned == (1 if first else 0)
    order = order.reserve_refund(a_refund(order, ANNA, "17.35", lines={"1": 1, "2": 1}, restock=last))
    assert order.fulfilment(ANNA).status is Status.CANCELLED
    assert [line.returned for line in order.fulfilment(ANNA).lines] == back
    assert order.status is Status.CONFIRMED  # Bert's


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.PROCESSING])
@pytest.mark.parametrize("by", ["buyer", "seller"])
@pytest.mark.parametrize(("restock", "back"), [(None, [2, 1]), (True, [2, 1]), (False, [1, 1])])
def test_a_unit_that_a_refund_has_kept_out_of_the_stock_stays_out_when_the_rest_is_cancelled(
    by: str, status: Status, restock: bool | None, back: list[int]
) -> None:
    order = standing(paid(), status)
    order = order.reserve_refund(a_refund(order, ANNA, "10.00", lines={"1": 1}, restock=restock))
    order = order.cancel("r9", NOW) if by == "buyer" else order.cancel_fulfilment(ANNA, "r9", NOW)
    assert [line.returned for line in order.fulfilment(ANNA).lines] == back
    assert all((line.taken == 0) is (by == "buyer") for line in order.fulfilment(BERT).lines)
    assert order.refundable(ANNA) == usd("0.00")


@pytest.mark.parametrize(("restock", "back"), [(None, [2, 1]), (False, [0, 0])])
def test_an_amount_that_leaves_no_money_returns_what_never_left(restock: bool | None, back: list[int]) -> None:
    order = paid()
    order = order.reserve_refund(a_refund(order, ANNA, "34.57", restock=restock))
    assert [line.returned for line in order.fulfilment(ANNA).lines] == back


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.PROCESSING])
@pytest.mark.parametrize(
    ("wanted", "back"),
    [({"amount": "34.57"}, [2, 1]), ({"amount": "27.35", "lines": {"1": 2, "2": 1}}, [0, 0])],
)
def test_what_an_earlier_version_refunded_whole_and_did_not_cancel_can_be_cancelled_only(
    status: Status, wanted: dict[str, Any], back: list[int]
) -> None:
    """Its units do not come back if the refund names them: whether they can be sold again was not asked then."""
    order = standing(paid(), status)
    order = replace(order, refunds=(a_refund(order, ANNA, restock=False, **wanted),))
    following = Status.SHIPPED if status is Status.PROCESSING else Status.PROCESSING
    assert refused(lambda: order.advance(ANNA, following, NOW, FORTNIGHT)) == "nothing_to_ship"
    cancelled = order.cancel_fulfilment(ANNA, "r9", NOW)
    assert [line.returned for line in cancelled.fulfilment(ANNA).lines] == back
    assert order.advance(BERT, following, NOW, FORTNIGHT).fulfilment(BERT).status is following


def test_what_was_refunded_whole_on_its_way_can_still_arrive() -> None:
    order = standing(paid(), Status.SHIPPED)
    order = order.reserve_refund(a_refund(order, ANNA, "34.57"))
    assert order.advance(ANNA, Status.DELIVERED, NOW, FORTNIGHT).fulfilment(ANNA).status is Status.DELIVERED


@pytest.mark.parametrize("wanted", Status)
def test_what_was_refunded_whole_cannot_be_shipped(wanted: Status) -> None:
    order = paid()
    order = order.reserve_refund(a_refund(order, ANNA, "34.57"))
    assert refused(lambda: order.advance(ANNA, wanted, NOW, FORTNIGHT)) == "illegal_transition"
    assert refused(lambda: order.tracked(ANNA, "RM", "1")) == "illegal_transition"


def test_a_part_stays_cancelled_when_its_refund_fails_and_can_be_refunded_again() -> None:
    order = paid(an_order(a_part(ANNA)))
    order = order.reserve_refund(a_refund(order, ANNA, "27.22"))
    failed = order.settle_refund(order.refunds[0].failed("re_1", "lost", NOW))
    assert (failed.status, failed.refundable(ANNA)) == (Status.CANCELLED, usd("27.22"))
    again = failed.reserve_refund(a_refund(failed, ANNA, "27.22", lines={"1": 2}, restock=True))
    assert [line.returned for line in again.lines] == [2]
    assert again.settle_refund(again.refunds[1].succeeded("re_2", NOW)).status is Status.REFUNDED


def test_an_order_has_a_limited_number_of_refunds() -> None:
    order = paid(an_order(a_part(ANNA, a_line(1, 1, "500.00"))))
    for _ in range(MOST_REFUNDS):
        order = order.reserve_refund(a_refund(order, ANNA, "0.01"))
    assert refused(lambda: order.reserve_refund(a_refund(order, ANNA, "0.01"))) == "too_many_refunds"
