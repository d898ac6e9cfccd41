"""Everything may come twice, late, in any order or not at all: the end is the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from souk.storefront.orders.model import Order, RefundStatus, Status
from tests.harness.storefront.orders.market import BORIS, Market, market
from tests.harness.storefront.orders.shopping import Shopping, claim_all_is_well, paid

_SHUFFLES = 100


@pytest.fixture
def made() -> Iterator[Market]:
    with market() as one:
        yield one


# The bank's events ----------------------------------------------------------------------------------------------------


def _give_back(made: Market, shopping: Shopping) -> None:
    """A camera with its unit, then Boris's part; the bank takes days."""
    shopping.refund_a_camera()
    assert shopping.set_status(BORIS, "cancelled").status == 200
    for one in made.bank.refunds:
        made.bank.settle_refund(one, RefundStatus.SUCCEEDED)


def _outcome(order: Order) -> Any:
    refunds = [(refund.amount, refund.status) for refund in order.refunds]
    return order.status, order.payment.status, order.captured, refunds, [line.returned for line in order.lines]


@pytest.fixture(scope="module")
def outcome() -> Any:
    """What becomes of it with each event delivered once, when it happens."""
    with market() as made:
        made.bank.slow = True
        shopping = paid(made)
        _give_back(made, shopping)
        made.settle()
        claim_all_is_well(made)
        return _outcome(shopping.order)


@pytest.mark.parametrize("seed", range(_SHUFFLES))
def test_events_duplicated_and_shuffled_lead_to_the_same_end(seed: int, outcome: Any, made: Market) -> None:
    """Delivered late, each up to three times, and all of the past again beside what is new."""
    dice = random.Random(seed)
    made.holding, made.bank.slow = True, True
    shopping = Shopping(made)
    shopping.place()
    shopping.pay()
    _deliver_in_disorder(made, dice)
    _give_back(made, shopping)
    _deliver_in_disorder(made, dice)
    made.holding = False
    made.settle()
    claim_all_is_well(made)
    assert _outcome(shopping.order) == outcome


def _deliver_in_disorder(made: Market, dice: random.Random) -> None:
    many = [event for event in made.sent for _ in range(dice.randint(1, 3))]
    dice.shuffle(many)
    for event in many:
        assert made.deliver(event) == 200
    made.outbox.clear()


def test_a_payment_event_that_arrives_before_the_session_is_stored_confirms_the_order(made: Market) -> None:
    """The bank opens the page, the buyer pays and the event comes, all before the placing call hears of the page."""

    def pay_at_once(_number: int, call: str) -> None:
        if call == "dynamodb:put_item" and made.bank.pages and not made.bank.pages[0].now.paid:
            made.faults.counting = False
            made.bank.pay(made.bank.pages[0])
            assert made.deliver(made.sent[-1]) == 200

    made.faults.on_call, made.faults.counting = pay_at_once, True
    shopping = Shopping(made)
    shopping.place()
    assert shopping.stands_at(Status.CONFIRMED)
    made.settle()
    claim_all_is_well(made)


def test_every_event_and_record_delivered_twice_changes_nothing(outcome: Any, made: Market) -> None:
    made.twice = True
    shopping = paid(made)
    _give_back(made, shopping)
    made.settle()
    claim_all_is_well(made)
    assert _outcome(shopping.order) == outcome


def test_a_payment_without_an_event_is_found_when_the_hold_ends(made: Market) -> None:
    shopping = Shopping(made)
    shopping.place()
    shopping.pay()
    made.outbox.clear()
    made.settle()
    assert shopping.stands_at(Status.CONFIRMED)
    claim_all_is_well(made)


def test_refunds_need_no_event(made: Market) -> None:
    shopping = paid(made)
    shopping.cancel_for_sure()
    made.outbox.clear()
    made.settle()
    assert shopping.stands_at(Status.REFUNDED)
    claim_all_is_well(made)


# The stream and the workflow ------------------------------------------------------------------------------------------


def test_the_whole_stream_played_again_from_its_beginning_changes_nothing(made: Market) -> None:
    shopping = paid(made)
    before = shopping.order
    made.store.stream[:] = made.delivered
    made.settle()
    claim_all_is_well(made)
    assert shopping.order == before


def test_records_of_two_orders_may_come_in_any_order_between_them(made: Market) -> None:
    made.shards_backwards = True
    first, second = Shopping(made), Shopping(made, "buyer-carl")
    for shopping in (first, second):
        shopping.place()
    for shopping in (second, first):
        shopping.pay()
    made.settle()
    assert {first.order.status, second.order.status} == {Status.CONFIRMED}
    claim_all_is_well(made)


def test_without_the_stream_the_sweep_closes_unpaid_orders(made: Market) -> None:
    shopping = Shopping(made)
    shopping.place()
    made.drop_events()
    made.settle()
    assert made.engine.executions == {}
    assert shopping.stands_at(Status.CANCELLED)
    claim_all_is_well(made)


def test_a_workflow_that_is_lost_while_waiting_is_not_missed(made: Market) -> None:
    shopping = _waiting(made)
    made.engine.kill_all()
    made.settle()
    assert shopping.stands_at(Status.CANCELLED)
    claim_all_is_well(made)


def test_a_token_that_is_lost_while_the_order_waits_starts_a_new_run(made: Market) -> None:
    """A write that was made from an older reading takes the token away; the execution has vanished besides."""
    shopping = _waiting(made)
    made.engine.kill_all()
    item = next(item for item in made.store.items("OrdersTable") if item["sk"]["S"] == f"ORDER#{shopping.id}")
    item.pop("wait")
    made.store.put_item(TableName="OrdersTable", Item=item)
    made.run_what_can()
    assert shopping.order.run == 2
    assert made.engine.executions[f"{shopping.id}-2"].status == "RUNNING"
    shopping.pay()
    made.settle()
    assert shopping.stands_at(Status.CONFIRMED)
    claim_all_is_well(made)


def test_a_start_of_the_whole_cloud_continues_unfinished_work_at_once(made: Market) -> None:
    made.bank.deaf = True
    shopping = Shopping(made)
    shopping.place()
    made.drop_events()
    made.bank.deaf = False
    started = made.clock()
    made.sweep(starting=True)
    assert shopping.order.payment.url is not None
    assert made.clock() == started
    shopping.pay()
    made.settle()
    assert shopping.stands_at(Status.CONFIRMED)
    claim_all_is_well(made)


def _waiting(made: Market) -> Shopping:
    """An order whose workflow waits for the payment."""
    shopping = Shopping(made)
    shopping.place()
    made.run_what_can()
    assert shopping.order.wait is not None
    return shopping
