"""Payments for orders that do not exist, because the store was lost or restored: each is refunded, once, and shown."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from souk.storefront.orders.model import RECHECK_AFTER, RefundStatus, Status
from tests.harness.branches import explore
from tests.harness.faults import Fault
from tests.harness.storefront.orders.losses import LOST_ALARM, claim_every_charge_is_an_order_or_refunded, lost
from tests.harness.storefront.orders.market import BEA, CARL, ORDERS, Market, market
from tests.harness.storefront.orders.shopping import Shopping, claim_all_is_well, paid


@pytest.fixture
def made() -> Iterator[Market]:
    with market() as one:
        yield one


def test_the_payment_of_a_lost_order_is_refunded_once_under_its_own_key_and_raises_an_alarm(made: Market) -> None:
    shopping, page = lost(made)
    made.holding = False
    made.settle()
    assert [one.request.refund_id for one in made.bank.refunds] == [f"unmatched-{page.now.intent_id}"]
    assert made.bank.given_back(shopping.id) == made.bank.captured(shopping.id) > 0
    assert made.alarms == [LOST_ALARM]
    for event in made.sent * 2:
        assert made.deliver(event) == 200
    made.clock.advance(timedelta(days=2))
    made.sweep(starting=True)
    made.settle()
    assert len(made.bank.refunds) == 1
    assert made.alarms == [LOST_ALARM]
    claim_every_charge_is_an_order_or_refunded(made)


def test_it_is_not_refunded_before_it_has_been_looked_for_again(made: Market) -> None:
    """The restore was under way: its order is back before the next look, and has the payment."""
    before = made.store.snapshot()
    shopping = Shopping(made)
    shopping.place()
    made.run_what_can()
    whole = made.store.snapshot()
    made.holding = True
    shopping.pay()
    made.store.restore(before)
    assert made.deliver(made.outbox.pop()) == 200
    noted = [item for item in made.store.items(ORDERS) if item["sk"]["S"] == "UNMATCHED"]
    made.sweep(starting=True)
    assert made.bank.refunds == []
    made.store.restore(whole)
    for item in noted:
        made.store.put_item(TableName=ORDERS, Item=item)
    made.clock.advance(RECHECK_AFTER)
    made.sweep()
    assert shopping.stands_at(Status.CONFIRMED)
    made.settle()
    assert made.bank.refunds == []
    claim_every_charge_is_an_order_or_refunded(made)


def test_a_bank_that_does_not_answer_is_asked_again_and_refunds_once(made: Market) -> None:
    """It made the refund without a word, and by the time it answers it has forgotten the key."""
    lost(made)
    assert made.deliver(made.outbox.pop()) == 200
    made.bank.mute = True
    for _ in range(3):
        made.clock.advance(timedelta(minutes=2))
        made.try_sweep()
    made.outbox.clear()
    made.clock.advance(timedelta(hours=30))
    made.bank.mute, made.holding = False, False
    made.settle()
    assert len(made.bank.refunds) == 1
    claim_every_charge_is_an_order_or_refunded(made)


def test_a_refused_refund_raises_an_alarm_and_is_not_asked_for_again(made: Market) -> None:
    lost(made)
    made.holding = False
    made.bank.refuse_refunds = "charge disputed"
    made.settle()
    assert made.alarms == [LOST_ALARM, "refund_failed"]
    made.bank.refuse_refunds = None
    made.clock.advance(timedelta(hours=1))
    made.sweep(starting=True)
    assert made.bank.refunds == []


def test_a_refund_that_the_buyers_bank_returns_days_later_raises_an_alarm(made: Market) -> None:
    lost(made)
    made.holding = False
    made.settle()
    made.bank.settle_refund(made.bank.refunds[0], RefundStatus.FAILED)
    made.settle()
    assert made.alarms == [LOST_ALARM, "refund_failed"]


@pytest.mark.parametrize(
    ("metadata", "alarms"),
    [
        pytest.param({"installation": "another"}, [LOST_ALARM], id="another installation's, or ours by another name"),
        pytest.param({"installation": None}, [LOST_ALARM], id="opened by nobody who says so"),
        pytest.param({"order": None}, [], id="another system's"),
    ],
)
def test_what_others_sold_on_the_same_account_is_not_refunded(
    metadata: dict[str, Any], alarms: list[str], made: Market
) -> None:
    lost(made)
    event = made.outbox.pop()
    document = event["data"]["object"]
    theirs = {**document, "metadata": {**document["metadata"], **metadata}}
    assert made.deliver({**event, "data": {"object": theirs}}) == 200
    made.settle()
    assert made.bank.refunds == []
    assert made.alarms == alarms
    assert [item for item in made.store.items(ORDERS) if item["sk"]["S"] == "UNMATCHED"] == []


def test_the_list_of_a_start_raises_no_alarm_for_the_pages_of_another_installation(made: Market) -> None:
    _, page = lost(made)
    made.outbox.clear()
    page.now = replace(page.now, installation="another")
    made.sweep(starting=True)
    made.settle()
    assert (made.bank.refunds, made.alarms) == ([], [])


def _faults_of(call: str) -> tuple[Fault, ...]:
    if call.startswith("state:"):
        return (Fault.KILLED,)
    every = (Fault.REFUSED, Fault.LOST, Fault.KILLED)
    return (*every, Fault.BUSY) if call.startswith(("dynamodb:", "stripe:")) else every


def _by_its_event(made: Market) -> None:
    made.holding = False


def _by_a_start(made: Market) -> None:
    """The event had been taken by the store that was lost."""
    made.outbox.clear()
    made.holding = False
    made.sweep(starting=True)
    if made.faults.struck is not None:
        made.sweep(starting=True)


@pytest.mark.parametrize(("found", "fewest"), [(_by_its_event, 20), (_by_a_start, 20)])
def test_whichever_call_fails_the_payment_of_a_lost_order_is_refunded_once(
    found: Callable[[Market], None], fewest: int
) -> None:
    with market() as made:
        shopping, _ = lost(made)

        def play() -> None:
            made.faults.counting = True
            found(made)
            made.settle()
            made.faults.counting = False
            made.settle()
            claim_every_charge_is_an_order_or_refunded(made)
            assert len(made.bank.refunds) == 1
            assert made.bank.given_back(shopping.id) == made.bank.captured(shopping.id) > 0
            assert LOST_ALARM in made.alarms

        played, wrong = explore(made.faults, play, _faults_of)
    assert played >= fewest
    assert wrong == []


# A restore drill -----------------------------------------------------------------------------------------------------


def _drill(made: Market) -> tuple[Shopping, list[Shopping]]:
    """Orders in every state when the backup is made, and others after it; then the backup takes their place.

    Answers the order that was pending in the backup and paid after it, and those that are lost.
    """
    paid(made, camera=1)
    paid(made, CARL, tripod=1).cancel_for_sure()
    pending = Shopping(made, CARL, {"camera": 1})
    pending.place()
    made.settle_until_no_event_waits()
    backup = made.store.snapshot()
    pending.pay()
    gone = [Shopping(made, BEA, {"lens": 2}), Shopping(made, CARL, {"camera": 1, "tripod": 2}), Shopping(made)]
    for shopping in gone:
        shopping.place()
    for shopping in gone[:2]:
        shopping.pay()
    made.settle_until_no_event_waits()
    assert gone[1].stands_at(Status.CONFIRMED)
    gone[1].refund_a_camera()
    made.settle_until_no_event_waits()
    made.store.restore(backup)
    made.engine.kill_all()
    return pending, gone


@pytest.mark.parametrize("seed", range(5))
def test_after_a_restore_and_all_events_again_every_charge_is_an_order_or_refunded(seed: int, made: Market) -> None:
    pending, gone = _drill(made)
    dice = random.Random(seed)
    events = [event for event in made.sent for _ in range(dice.randint(1, 3))]
    dice.shuffle(events)
    for event in events:
        assert made.deliver(event) == 200
    made.settle()
    claim_every_charge_is_an_order_or_refunded(made)
    assert pending.stands_at(Status.CONFIRMED)
    assert {order.id for order in made.orders()}.isdisjoint(one.id for one in gone)
    assert made.alarms.count(LOST_ALARM) == 2


def test_after_a_restore_a_start_finds_every_charge_without_any_event(made: Market) -> None:
    pending, _ = _drill(made)
    made.sweep(starting=True)
    assert pending.stands_at(Status.CONFIRMED)
    made.settle()
    claim_every_charge_is_an_order_or_refunded(made)
    assert made.alarms.count(LOST_ALARM) == 2


def test_who_pays_for_a_lost_order_after_the_restore_is_refunded_too(made: Market) -> None:
    _, gone = _drill(made)
    page = made.bank.page_of(gone[2].id)
    assert page is not None
    made.bank.pay(page)
    made.sweep(starting=True)
    made.settle()
    claim_every_charge_is_an_order_or_refunded(made)
    assert made.bank.given_back(gone[2].id) == page.now.amount.minor


# Orders whose event was lost -----------------------------------------------------------------------------------------


def _paid_without_an_event(made: Market) -> Shopping:
    shopping = Shopping(made)
    shopping.place()
    made.run_what_can()
    shopping.pay()
    made.outbox.clear()
    return shopping


def test_a_payment_whose_event_was_lost_is_found_after_two_minutes(made: Market) -> None:
    shopping = _paid_without_an_event(made)
    made.clock.advance(timedelta(minutes=2))
    made.sweep()
    assert shopping.stands_at(Status.CONFIRMED)
    made.settle()
    claim_all_is_well(made)


def test_a_start_finds_a_payment_whose_event_was_lost_at_once(made: Market) -> None:
    shopping = _paid_without_an_event(made)
    made.sweep(starting=True)
    assert shopping.stands_at(Status.CONFIRMED)
    made.settle()
    claim_all_is_well(made)


def test_a_page_that_has_ended_without_an_event_closes_its_order(made: Market) -> None:
    shopping = Shopping(made)
    shopping.place()
    page = made.bank.page_of(shopping.id)
    assert page is not None
    made.bank.expire_session(page.id)
    made.drop_events()
    made.clock.advance(timedelta(minutes=2))
    made.sweep()
    assert shopping.stands_at(Status.CANCELLED)
    made.settle()
    claim_all_is_well(made)


def test_the_bank_is_asked_about_an_open_page_rarer_each_time(made: Market) -> None:
    asked: list[timedelta] = []
    placed_at = made.clock()

    def note(_number: int, call: str) -> None:
        if call == "stripe:session":
            asked.append(made.clock() - placed_at)

    made.faults.on_call, made.faults.counting = note, True
    Shopping(made).place()
    made.settle()
    assert asked == [timedelta(minutes=minutes) for minutes in (2, 4, 8, 16)]
    claim_all_is_well(made)


def test_an_order_that_is_paid_within_two_minutes_costs_no_question(made: Market) -> None:
    made.faults.counting = True
    shopping = Shopping(made)
    shopping.place()
    shopping.pay()
    made.settle()
    assert shopping.stands_at(Status.CONFIRMED)
    assert [call for call in made.faults.calls if call.startswith("stripe:")] == ["stripe:open"]


def test_a_page_that_the_bank_does_not_know_keeps_its_order_until_the_end_of_the_hold(made: Market) -> None:
    shopping = Shopping(made)
    shopping.place()
    page = made.bank.pages.pop()
    made.clock.advance(timedelta(minutes=2))
    made.sweep()
    assert shopping.order.is_pending
    made.bank.pages.append(replace(page))
    made.settle()
    assert shopping.stands_at(Status.CANCELLED)
