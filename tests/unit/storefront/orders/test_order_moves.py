"""What may be done with an order in which state, and what then becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from souk.shared.errors import Conflict, PreconditionFailed
from souk.shared.failure_reason import Failure
from souk.shared.money import Money
from souk.storefront.orders.model import (
    CLOSED,
    GRACE,
    MOVES,
    RECHECK_AFTER,
    PaymentStatus,
    RefundStatus,
    Sale,
    Status,
    Transition,
)
from tests.unit.storefront.orders.order_builders import (
    ANNA,
    BERT,
    BUYER,
    FORTNIGHT,
    HOLD,
    NOW,
    a_capture,
    a_line,
    a_part,
    an_order,
    paid,
    refused,
    standing,
    usd,
)

PARTS = [status for status in Status if status is not Status.REFUNDED]
LATER = NOW + timedelta(hours=2)


# Fulfilments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "status"), list(product(Transition, PARTS)))
def test_a_part_only_makes_the_transitions_of_the_table(action: Transition, status: Status) -> None:
    part = a_part(status=status)
    if status in MOVES[action]:
        assert part.move(action).status is MOVES[action][status]
    else:
        with pytest.raises(Conflict) as caught:
            part.move(action)
        assert caught.value.code == "illegal_transition"
        assert caught.value.extra == {"current": status}


SELLERS = {
    (Status.CONFIRMED, Status.PROCESSING),
    (Status.PROCESSING, Status.SHIPPED),
    (Status.SHIPPED, Status.DELIVERED),
    (Status.DELIVERED, Status.COMPLETED),
}


@pytest.mark.parametrize(("status", "wanted"), list(product(PARTS, Status)))
def test_a_seller_moves_one_step_at_a_time(status: Status, wanted: Status) -> None:
    order = standing(paid(), status)
    if (status, wanted) in SELLERS:
        moved = order.advance(ANNA, wanted, NOW, FORTNIGHT)
        assert moved.fulfilment(ANNA).status is wanted
        assert moved.fulfilment(BERT) == order.fulfilment(BERT)
    else:
        assert refused(lambda: order.advance(ANNA, wanted, NOW, FORTNIGHT)) == "illegal_transition"


@pytest.mark.parametrize("status", PARTS)
def test_a_seller_can_cancel_until_it_has_shipped_and_refunds_the_payment(status: Status) -> None:
    order = standing(paid(), status)
    if status not in (Status.CONFIRMED, Status.PROCESSING):
        assert refused(lambda: order.cancel_fulfilment(ANNA, "r1", NOW)) == "illegal_transition"
        return
    cancelled = order.cancel_fulfilment(ANNA, "r1", NOW)
    assert cancelled.fulfilment(ANNA).status is Status.CANCELLED
    assert [line.taken for line in cancelled.fulfilment(ANNA).lines] == [0, 0]
    assert cancelled.fulfilment(BERT) == order.fulfilment(BERT)
    [refund] = cancelled.refunds
    assert (refund.shares, refund.status) == ({ANNA: order.fulfilment(ANNA).total}, RefundStatus.PENDING)


@pytest.mark.parametrize(("anna", "bert"), list(product(PARTS, PARTS)))
def test_a_buyer_can_cancel_a_paid_order_until_any_part_has_shipped(anna: Status, bert: Status) -> None:
    order = paid()
    parts = zip(order.fulfilments, (anna, bert), strict=True)
    order = replace(order, fulfilments=tuple(replace(part, status=status) for part, status in parts))
    live = {anna, bert} - {Status.CANCELLED}
    if not live or not live <= {Status.CONFIRMED, Status.PROCESSING}:
        assert refused(lambda: order.cancel("r1", NOW)) == "illegal_transition"
        return
    cancelled = order.cancel("r1", NOW)
    assert cancelled.status is Status.CANCELLED
    gone = [part for part in order.fulfilments if part.is_live]
    assert cancelled.refunds[0].shares == {part.seller_id: part.total for part in gone}
    assert cancelled.refunds[0].requested_by == BUYER


@pytest.mark.parametrize(
    ("anna", "bert", "whole"),
    [
        (Status.PENDING, Status.PENDING, Status.PENDING),
        (Status.CONFIRMED, Status.DELIVERED, Status.CONFIRMED),
        (Status.SHIPPED, Status.PROCESSING, Status.PROCESSING),
        (Status.CANCELLED, Status.SHIPPED, Status.SHIPPED),
        (Status.COMPLETED, Status.DELIVERED, Status.DELIVERED),
        (Status.COMPLETED, Status.COMPLETED, Status.COMPLETED),
        (Status.CANCELLED, Status.CANCELLED, Status.CANCELLED),
    ],
)
def test_an_order_has_the_status_of_its_least_advanced_live_part(anna: Status, bert: Status, whole: Status) -> None:
    order = an_order(a_part(ANNA, a_line(1), status=anna), a_part(BERT, a_line(2), status=bert))
    assert order.status is whole


def test_a_delivered_part_completes_automatically_after_some_time() -> None:
    delivered = standing(paid(), Status.SHIPPED).advance(ANNA, Status.DELIVERED, NOW, FORTNIGHT)
    assert delivered.due_at == delivered.fulfilment(ANNA).completes_at == NOW + FORTNIGHT
    assert delivered.complete_overdue(NOW + FORTNIGHT - timedelta(seconds=1)) == delivered
    completed = delivered.complete_overdue(NOW + FORTNIGHT)
    assert completed.fulfilment(ANNA).status is Status.COMPLETED
    assert completed.fulfilment(BERT).status is Status.SHIPPED
    assert completed.due_at is None


@pytest.mark.parametrize("status", PARTS)
def test_parcels_are_tracked_once_they_are_paid(status: Status) -> None:
    order = standing(paid(), status)
    if status in (Status.PENDING, Status.CANCELLED):
        assert refused(lambda: order.tracked(ANNA, "RM", "1")) == "illegal_transition"
    else:
        tracked = order.tracked(ANNA, "RM", "1").tracked(ANNA, None, "2")
        assert (tracked.fulfilment(ANNA).carrier, tracked.fulfilment(ANNA).tracking_number) == ("RM", "2")


# Payment -------------------------------------------------------------------------------------------------------------


def test_a_new_order_is_due_soon_and_an_open_page_rarer_each_time_until_the_hold_ends() -> None:
    order = an_order()
    assert order.due_at == NOW + RECHECK_AFTER
    opened = order.opened("cs_1", "https://pay.example/1", NOW + HOLD)
    assert opened.hold_until == NOW + HOLD + GRACE
    assert opened.opened("cs_2", None, NOW) is opened
    due = []
    for _ in range(5):
        assert opened.due_at is not None
        due.append(opened.due_at)
        opened = opened.reschedule_payment(opened.due_at)
    assert due == [NOW + timedelta(minutes=minutes) for minutes in (2, 4, 8, 16, 32)]
    assert opened.due_at == opened.hold_until + RECHECK_AFTER


def test_a_hold_that_is_ended_stays_so_when_its_session_opens() -> None:
    ended = an_order().end_hold(LATER)
    assert ended == an_order()  # it was over by itself
    ended = an_order().end_hold(NOW)
    assert (ended.hold_until, ended.due_at, ended.status) == (NOW, NOW, Status.PENDING)
    opened = ended.opened("cs_1", "https://pay.example/1", NOW + HOLD)
    assert (opened.hold_until, opened.due_at, opened.payment.session_id) == (NOW, NOW, "cs_1")
    assert opened.end_hold(NOW) is opened
    assert paid().end_hold(NOW) == paid()


def test_a_payment_confirms_every_part_once() -> None:
    order = replace(an_order().opened("cs_1", "https://pay.example/1", NOW + HOLD), wait="token")
    confirmed = order.pay(a_capture(order))
    assert confirmed.status is Status.CONFIRMED
    assert (confirmed.captured, confirmed.payment.url, confirmed.wait) == (order.total, None, None)
    assert confirmed.due_at is None
    assert confirmed.pay(a_capture(order)) is confirmed
    assert confirmed.opened("cs_9", "https://pay.example/9", NOW) is confirmed


@pytest.mark.parametrize("amount", [usd("0.01"), usd("47.09"), Money.from_minor(4708, "EUR")])
def test_a_payment_of_another_amount_confirms_nothing_and_is_stored_as_a_mismatch(amount: Money) -> None:
    order = an_order()
    capture = a_capture(order, amount=amount)
    assert capture.amount != order.total
    seen = order.pay(capture)
    assert (seen.status, seen.payment.mismatch, seen.payment.capture) == (Status.PENDING, capture, None)
    assert seen.pay(capture) is seen


def test_a_second_payment_never_replaces_the_first() -> None:
    order = paid()
    second = a_capture(order, intent_id="pi_2")
    seen = order.pay(second)
    assert (seen.payment.capture, seen.payment.mismatch) == (order.payment.capture, second)
    assert seen.fulfilments == order.fulfilments


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_an_unpaid_order_is_closed_once_and_returns_all_its_stock(status: PaymentStatus) -> None:
    order = replace(an_order(), wait="token")
    closed = order.close_unpaid(status)
    assert (closed.status, closed.payment.status) == (Status.CANCELLED, status)
    assert [line.taken for line in closed.lines] == [0, 0, 0]
    assert (closed.wait, closed.due_at, closed.refunds) == (None, None, ())
    assert closed.close_unpaid(PaymentStatus.EXPIRED) is closed


def test_a_cancellation_outlives_the_end_of_the_session() -> None:
    order = an_order()
    expired = order.close_unpaid(PaymentStatus.EXPIRED)
    assert expired.cancel_closed() == order.close_unpaid(PaymentStatus.CANCELLED)
    assert refused(order.cancel_closed) == refused(paid().cancel_closed) == "illegal_transition"


def test_a_paid_order_is_never_closed_as_unpaid() -> None:
    order = paid()
    assert order.close_unpaid(PaymentStatus.EXPIRED) is order
    with pytest.raises(ValueError, match="not closed as"):
        an_order().close_unpaid(PaymentStatus.PAID)


def test_a_late_payment_takes_the_stock_again() -> None:
    order = an_order()
    closed = order.close_unpaid(PaymentStatus.EXPIRED)
    capture = a_capture(order)
    assert closed.is_late_payment(capture)
    assert refused(lambda: closed.pay(capture)) == "illegal_transition"
    revived = closed.revive(capture)
    assert revived.status is Status.CONFIRMED
    assert [line.taken for line in revived.lines] == [2, 1, 3]
    assert refused(lambda: revived.revive(capture)) == "illegal_transition"


def test_a_late_payment_without_stock_is_refunded_completely() -> None:
    order = an_order()
    closed = order.close_unpaid(PaymentStatus.EXPIRED)
    given_up = closed.refund_late_payment(a_capture(order), "r1", NOW)
    [refund] = given_up.refunds
    assert (given_up.status, refund.amount, given_up.captured) == (Status.CANCELLED, order.total, order.total)
    assert [line.taken for line in given_up.lines] == [0, 0, 0]
    assert not given_up.is_late_payment(a_capture(order))


def test_a_late_payment_of_another_amount_is_a_mismatch() -> None:
    closed = an_order().close_unpaid(PaymentStatus.EXPIRED)
    wrong = a_capture(closed, amount=usd("1.00"))
    assert not closed.is_late_payment(wrong)
    assert closed.pay(wrong).payment.mismatch == wrong
    assert closed.pay(wrong).status is Status.CANCELLED


def test_a_new_attempt_has_no_session_yet() -> None:
    order = an_order()
    retried = order.retry_checkout(LATER, HOLD)
    assert (retried.payment.attempt, retried.payment.expires_at) == (2, LATER + HOLD)
    opened = order.opened("cs_1", None, NOW)
    assert opened.retry_checkout(LATER, HOLD) is opened
    assert paid().retry_checkout(LATER, HOLD).payment.attempt == 1


def test_a_refused_session_stores_the_vendors_errors() -> None:
    failure = Failure(
        "vendor_refused", "Too small.", "stripe", ({"code": "amount_too_small", "message": "Too small."},)
    )
    assert an_order().close_unpaid(PaymentStatus.FAILED, failure).payment.failure == failure


def test_if_match_is_compared_with_the_version_of_the_sellers_own_part() -> None:
    order = an_order(a_part(ANNA, version=3), a_part(BERT, a_line(2), version=7))
    assert (
        order.require_part_version(ANNA, {3})
        is order.require_part_version(BERT, {2, 7})
        is order.require_part_version(ANNA, None)
        is order
    )
    for seller_id, version in ((ANNA, 7), (BERT, 3), (ANNA, 2), (ANNA, 4)):
        with pytest.raises(PreconditionFailed):
            order.require_part_version(seller_id, {version})


def test_rescheduling_delays_what_is_due_and_nothing_else() -> None:
    order = paid().cancel("r1", NOW)
    assert order.due_at == NOW + RECHECK_AFTER
    assert order.reschedule_refund("r1", NOW) == order.reschedule_payment(NOW + RECHECK_AFTER) == order
    assert order.reschedule_refund("r1", NOW + RECHECK_AFTER).due_at == NOW + 2 * RECHECK_AFTER
    assert order.settle_refund(order.refunds[0].succeeded("re_1", NOW)).due_at is None


def test_a_lost_workflow_is_restarted_while_the_order_is_pending() -> None:
    order = replace(an_order(), wait="token")
    assert (order.restart().run, order.restart().wait) == (2, None)
    assert paid().restart() == paid()


# Sales ---------------------------------------------------------------------------------------------------------------


def test_a_seller_sees_the_address_once_the_order_is_paid() -> None:
    assert Sale.from_order(an_order(), ANNA).ship_to is None
    assert Sale.from_order(paid(), ANNA).ship_to == paid().ship_to
