"""Any actions on an order in any sequence: stock is conserved, money adds up, and nothing is left to nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from souk.shared.errors import Conflict
from souk.shared.money import total
from souk.storefront.orders.mapping import from_order, from_sale, from_tracking, to_order, to_sale, to_tracking
from souk.storefront.orders.model import (
    CLOSED,
    SELLER_TRANSITIONS,
    Order,
    PaymentStatus,
    RefundStatus,
    Sale,
    Status,
    Tracking,
)
from tests.unit.storefront.orders.order_builders import (
    ANNA,
    BERT,
    FORTNIGHT,
    HOLD,
    NOW,
    a_capture,
    a_refund,
    an_order,
    usd,
)

type Move = Callable[[Order, datetime], Order]

RESTOCK = st.sampled_from([None, True, False])
SELLERS = st.sampled_from([ANNA, BERT])
LINES = {ANNA: ("1", "2"), BERT: ("3",)}
INITIAL = {"product-1": 10, "product-2": 10, "product-3": 10}


def _next_refund(order: Order) -> str:
    return f"refund-{len(order.refunds) + 1}"


def _refund(seller_id: str, amount: str, units: int, restock: bool | None) -> Move:
    def move(order: Order, now: datetime) -> Order:
        lines = {line_id: units for line_id in LINES[seller_id] if units}
        return order.reserve_refund(
            a_refund(order, seller_id, amount, lines=lines, restock=restock, created_at=now, due_at=now)
        )

    return move


def _refund_rest(seller_id: str, restock: bool | None) -> Move:
    """All that is left of a part, as a refund without lines and amount."""

    def move(order: Order, now: datetime) -> Order:
        left = {line.id: line.quantity - order.refunded_units(line.id) for line in order.fulfilment(seller_id).lines}
        refund = a_refund(order, seller_id, lines={line_id: units for line_id, units in left.items() if units})
        amount = order.refundable(seller_id)
        return order.reserve_refund(
            replace(refund, shares={seller_id: amount}, restock=restock, created_at=now, due_at=now)
        )

    return move


def _settle(which: int, fails: bool) -> Move:
    def move(order: Order, now: datetime) -> Order:
        if not order.refunds:
            return order
        refund = order.refunds[which % len(order.refunds)]
        return order.settle_refund(refund.failed("re", "lost", now) if fails else refund.succeeded("re", now))

    return move


def _pay(intent_id: str, short: bool, sold_out: bool) -> Move:
    """As settlement does with what the vendor reports."""

    def move(order: Order, now: datetime) -> Order:
        amount = usd("0.01") if short else order.total
        capture = a_capture(order, intent_id=intent_id, amount=amount, at=now)
        if not order.is_late_payment(capture):
            return order.pay(capture)
        return order.refund_late_payment(capture, _next_refund(order), now) if sold_out else order.revive(capture)

    return move


def _advance(seller_id: str, wanted: Status) -> Move:
    return lambda order, now: order.advance(seller_id, wanted, now, FORTNIGHT)


def _cancel_part(seller_id: str) -> Move:
    return lambda order, now: order.cancel_fulfilment(seller_id, _next_refund(order), now)


MOVES: st.SearchStrategy[Move] = st.one_of(
    st.builds(_pay, st.sampled_from(["pi_1", "pi_2"]), st.booleans(), st.booleans()),
    st.builds(_advance, SELLERS, st.sampled_from(sorted(SELLER_TRANSITIONS))),
    st.builds(_advance, SELLERS, st.sampled_from(Status)),
    st.builds(_cancel_part, SELLERS),
    st.builds(_refund, SELLERS, st.sampled_from(["0.01", "1.10", "7.35", "34.57"]), st.integers(0, 3), RESTOCK),
    st.builds(_refund_rest, SELLERS, RESTOCK),
    st.builds(_settle, st.integers(0, 9), st.booleans()),
    st.sampled_from([lambda order, now: order.cancel(_next_refund(order), now)]),
    st.sampled_from(sorted(CLOSED)).map(lambda status: lambda order, _: order.close_unpaid(status)),
    st.just(lambda order, now: order.opened("cs_1", "https://pay.example/1", now + HOLD)),
    st.just(lambda order, now: order.retry_checkout(now, HOLD)),
    st.just(lambda order, now: order.end_hold(now)),
    st.just(lambda order, now: order.complete_overdue(now)),
    st.just(lambda order, now: order.reschedule_payment(now)),
    st.just(lambda order, now: order.reschedule_refund(f"refund-{len(order.refunds)}", now)),
    st.just(lambda order, _: order.restart()),
    SELLERS.map(lambda seller_id: lambda order, _: order.tracked(seller_id, "RM", "1")),
)


@dataclass
class World:
    """An order, and the stock as the repository moves it."""

    order: Order
    stock: dict[str, int]

    def apply(self, move: Move, now: datetime) -> None:
        try:
            after = move(self.order, now)
        except Conflict:
            return
        for old, new in zip(self.order.lines, after.lines, strict=True):
            self.stock[new.product_id] -= new.taken - old.taken
        self.order = after


PAY = _pay("pi_1", short=False, sold_out=False)
BEGINNINGS: list[list[Move]] = [
    [],
    [PAY],
    [PAY, _advance(ANNA, Status.PROCESSING)],
    [PAY, _refund(ANNA, "7.35", 1, restock=False)],
    [PAY, *(_advance(ANNA, status) for status in (Status.PROCESSING, Status.SHIPPED, Status.DELIVERED))],
    [lambda order, _: order.close_unpaid(PaymentStatus.EXPIRED)],
]


@settings(max_examples=200)
@given(st.sampled_from(BEGINNINGS), st.lists(st.tuples(MOVES, st.integers(0, 20)), max_size=12))
def test_after_any_transitions_stock_is_conserved_and_money_adds_up(
    beginning: list[Move], moves: list[tuple[Move, int]]
) -> None:
    world = World(an_order(), dict(INITIAL))
    for line in world.order.lines:
        world.stock[line.product_id] -= line.quantity
    placed, now = world.order, NOW
    for move, days in [*((move, 0) for move in beginning), *moves]:
        now += timedelta(days=days)
        world.apply(move, now)
        demand_sound(world, placed)


def demand_sound(world: World, placed: Order) -> None:
    order = world.order
    # Stock: what is not there was taken by a line, and what is given up has given it all back.
    for line in order.lines:
        assert 0 <= line.returned <= line.quantity
        assert world.stock[line.product_id] + line.taken == INITIAL[line.product_id]
    for part in order.fulfilments:
        refunded = [one for one in order.refunds if part.seller_id in one.shares]
        said_no = any(one.restock is False for one in refunded)
        assert part.is_live or said_no or all(line.taken == 0 for line in part.lines)
        for line in part.lines:
            restocked = sum(one.lines.get(line.id, 0) for one in order.refunds if one.restock)
            assert line.returned <= restocked or not part.is_live
            # What a refund has kept out of the stock stays out, unless it failed and all was decided again.
            kept_out = sum(one.lines.get(line.id, 0) for one in order.refunds if one.restock is False)
            assert line.returned + kept_out <= line.quantity or not all(one.holds for one in order.refunds)
        # What was refunded whole is not shipped any more.
        if part.status in (Status.CONFIRMED, Status.PROCESSING):
            assert order.refundable(part.seller_id).amount > 0
            assert any(order.refunded_units(line.id) < line.quantity for line in part.lines)
    # Money: one capture of exactly the total, and never more on its way back than came, from nobody's part.
    assert order.total == placed.total == order.subtotal + order.shipping + order.tax
    assert order.captured in (usd("0.00"), order.total)
    held = total((one.amount for one in order.refunds if one.holds), order.currency)
    assert order.refunded.amount <= held.amount <= order.captured.amount
    for part in order.fulfilments:
        assert order.refundable(part.seller_id).amount >= 0
        assert (order.status is Status.PENDING) == order.is_pending
    assert order.is_paid == (order.payment.capture is not None)
    assert not order.is_pending or all(part.status is Status.PENDING for part in order.fulfilments)
    assert order.payment.status is PaymentStatus.PAID or not order.refunds
    # Nothing is left to nobody: what is unfinished is due some time.
    waiting = order.is_pending or order.pending_refunds or any(p.status is Status.DELIVERED for p in order.fulfilments)
    assert (order.due_at is not None) == bool(waiting)
    assert all((one.due_at is None) != (one.status is RefundStatus.PENDING) for one in order.refunds)
    # The table keeps all of it.
    assert to_order(from_order(order)) == order
    for part in order.fulfilments:
        sale = Sale.from_order(order, part.seller_id)
        assert to_sale(from_sale(sale)) == sale


def test_a_workflows_token_and_a_missing_address_are_stored_too() -> None:
    order = replace(an_order(), wait="token", ship_to=None, buyer_email=None)
    assert to_order(from_order(order)) == order


def test_tracking_comes_back_as_it_was_stored() -> None:
    entries = [
        Tracking(
            id="t1",
            seller_id=ANNA,
            status=Status.SHIPPED,
            at=NOW,
            location="Leeds",
            notes="At the depot",
            carrier="RM",
            tracking_number="1",
        ),
        Tracking(id="t2", seller_id=ANNA, status=Status.DELIVERED, at=NOW),
    ]
    assert [to_tracking(from_tracking(entry)) for entry in entries] == entries
