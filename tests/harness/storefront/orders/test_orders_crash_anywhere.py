"""Every call of placing, paying, cancelling and refunding fails once, in every way; stock and money always add up.

A use case is a person's call and all that follows from it: events, stream, workflow, sweeper. Points are found by a
clean run, so a call that is added is a point that is tested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from souk.storefront.orders.model import Status
from tests.harness.branches import explore
from tests.harness.faults import Fault
from tests.harness.storefront.orders.market import ANNA, BORIS, CARL, market
from tests.harness.storefront.orders.shopping import Shopping, claim_all_is_well


@dataclass(frozen=True)
class UseCase:
    """`prepare` leads up to it, `act` is it; then all that follows, and `ends` is how it may end.

    `fewest`: a run of fewer faults than this has lost sight of its calls.
    """

    prepare: Callable[[Shopping], None]
    act: Callable[[Shopping], None]
    ends: frozenset[Status]
    fewest: int


def _nothing(_shopping: Shopping) -> None:
    return


def _placed(shopping: Shopping) -> None:
    shopping.place()
    shopping.market.run_what_can()


def _paid(shopping: Shopping) -> None:
    shopping.place()
    shopping.pay()
    shopping.market.settle()


def _place_and_pay(shopping: Shopping) -> None:
    shopping.place()
    shopping.pay()


def _pay_and_send_nothing(shopping: Shopping) -> None:
    """Only the bank knows: the end of the hold finds it out."""
    shopping.pay()
    shopping.market.outbox.clear()


def _closed_and_sold_out(shopping: Shopping) -> None:
    shopping.is_given_up()
    other = Shopping(shopping.market, CARL, {"camera": 4})
    other.place()
    other.pay()
    shopping.market.settle()


def _closed_and_suspended(shopping: Shopping) -> None:
    shopping.is_given_up()
    shopping.suspend(BORIS)


def _placed_and_suspended(shopping: Shopping) -> None:
    _placed(shopping)
    shopping.suspend(BORIS)


def _ship_annas_part(shopping: Shopping) -> None:
    for status in ("processing", "shipped"):
        assert shopping.set_status(ANNA, status).status in (200, 409)


def _paid_and_partly_refunded(shopping: Shopping) -> None:
    _paid(shopping)
    shopping.refund_a_camera()
    shopping.market.settle()


def _all(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


_CLOSED = _all(Status.CANCELLED)
_GIVEN_BACK = _all(Status.REFUNDED)
_SOLD = _all(Status.CONFIRMED)

USE_CASES = {
    "place, and never pay": UseCase(_nothing, Shopping.place, _CLOSED, 80),
    "place and pay": UseCase(_nothing, _place_and_pay, _SOLD | _CLOSED, 50),
    "pay": UseCase(_placed, Shopping.pay, _SOLD, 16),
    "pay, and no event is sent": UseCase(_placed, _pay_and_send_nothing, _SOLD, 45),
    "pay late": UseCase(Shopping.is_given_up, Shopping.pay_late, _SOLD, 8),
    "pay late what is sold out": UseCase(_closed_and_sold_out, Shopping.pay_late, _GIVEN_BACK, 36),
    "pay late a suspended shop": UseCase(_closed_and_suspended, Shopping.pay_late, _GIVEN_BACK, 36),
    "pay a suspended shop": UseCase(_placed_and_suspended, Shopping.pay, _GIVEN_BACK, 36),
    "cancel what is not paid": UseCase(_placed, Shopping.cancel_for_sure, _CLOSED, 24),
    "cancel what is paid": UseCase(_paid, Shopping.cancel_for_sure, _GIVEN_BACK, 34),
    "cancel what is partly refunded": UseCase(_paid_and_partly_refunded, Shopping.cancel_for_sure, _GIVEN_BACK, 34),
    "a seller cancels its part": UseCase(_paid, Shopping.annas_part_is_cancelled, _SOLD, 36),
    "refund a line": UseCase(_paid, Shopping.refund_a_camera, _SOLD, 34),
    "refund a part before it ships": UseCase(_paid, Shopping.annas_part_is_refunded, _SOLD, 34),
    "ship a part": UseCase(_paid, _ship_annas_part, _SOLD, 22),
}


def _faults_of(call: str) -> tuple[Fault, ...]:
    """At a state only the execution can end; a busy answer differs from a refused one at table and bank."""
    if call.startswith("state:"):
        return (Fault.KILLED,)
    every = (Fault.REFUSED, Fault.LOST, Fault.KILLED)
    return (*every, Fault.BUSY) if call.startswith(("dynamodb:", "stripe:")) else every


@pytest.mark.parametrize("name", USE_CASES)
def test_whichever_call_fails_stock_and_money_add_up(name: str) -> None:
    use_case = USE_CASES[name]
    with market() as made:
        shopping = Shopping(made)
        use_case.prepare(shopping)

        def play() -> None:
            made.faults.counting = True
            use_case.act(shopping)
            made.settle()
            made.faults.counting = False
            made.settle()
            claim_all_is_well(made)
            assert shopping.order.status in use_case.ends

        played, wrong = explore(made.faults, play, _faults_of)
    assert played >= use_case.fewest
    assert wrong == []


def test_the_journey_involves_both_sellers() -> None:
    with market() as made:
        shopping = Shopping(made)
        _paid(shopping)
        assert {part.seller_id for part in shopping.order.fulfilments} == {ANNA, BORIS}
        claim_all_is_well(made)
