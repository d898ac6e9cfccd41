"""A rival at every single call: whichever comes first, nothing is sold, paid or given back twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from souk.storefront.orders.model import PaymentStatus, Status
from tests.harness.storefront.orders.market import ANNA, BEA, BORIS, CARL, STOCK, Market, market
from tests.harness.storefront.orders.shopping import Shopping, claim_all_is_well


@dataclass(frozen=True)
class Race:
    """`act` is disturbed by `rival` at each of its calls in turn; `fewest`: fewer calls were not looked at."""

    prepare: Callable[[Shopping], None]
    act: Callable[[Shopping], None]
    rival: Callable[[Shopping], None]
    fewest: int


def _place(shopping: Shopping) -> None:
    shopping.place()
    shopping.market.run_what_can()


def _pay(shopping: Shopping) -> None:
    _place(shopping)
    shopping.pay()
    shopping.market.run_what_can()


def _pay_unreported(shopping: Shopping) -> None:
    """The payment is at the bank, and its event is on the way."""
    _place(shopping)
    shopping.market.holding = True
    shopping.pay()


def _place_unreported(shopping: Shopping) -> None:
    """What the bank reports is on the way."""
    _place(shopping)
    shopping.market.holding = True


def _hear(shopping: Shopping) -> None:
    for event in list(shopping.market.sent):
        shopping.market.deliver(event)


def _cancel(shopping: Shopping) -> None:
    answer = shopping.market.call("cancel_order", BEA, {"id": shopping.id})
    assert answer.status in (200, 409), answer


def _cancel_unpaid(shopping: Shopping) -> None:
    answer = shopping.market.call("cancel_order", BEA, {"id": shopping.id})
    assert answer.status == 200, answer
    assert shopping.order.payment.status is PaymentStatus.CANCELLED


def _cancel_annas_part(shopping: Shopping) -> None:
    answer = shopping.set_status(ANNA, "cancelled")
    assert answer.status in (200, 409), answer


def _refund_all_of_annas(shopping: Shopping) -> None:
    body = {"reason": "All of it.", "restock": True}
    answer = shopping.market.call("refund_order", ANNA, {"id": shopping.id}, body=body)
    assert answer.status in (201, 409), answer


def _ship(shopping: Shopping) -> None:
    for status in ("processing", "shipped"):
        assert shopping.set_status(ANNA, status).status in (200, 409)


def _take_all_cameras(shopping: Shopping) -> None:
    """Another buyer wants every camera there is."""
    items = [{"product_id": "camera", "quantity": STOCK["camera"]}]
    body = {"items": items, "shipping_address_id": "home", "payment_method": "card"}
    answer = shopping.market.call("place_order", CARL, body=body)
    assert answer.status in (201, 409), answer


def _place_or_be_told(shopping: Shopping) -> None:
    items = [{"product_id": name, "quantity": units} for name, units in shopping.basket.items()]
    body = {"items": items, "shipping_address_id": "home", "payment_method": "card"}
    answer = shopping.market.call("place_order", BEA, body=body)
    assert answer.status in (201, 409), answer


def _nothing(_shopping: Shopping) -> None:
    return


RACES = {
    "two buyers want the last ones": Race(_nothing, _place_or_be_told, _take_all_cameras, 5),
    "cancelled while the payment is reported": Race(_pay_unreported, _hear, _cancel, 2),
    "the payment is reported while it is cancelled": Race(_pay_unreported, _cancel, _hear, 3),
    "the session's end is reported while it is cancelled": Race(_place_unreported, _cancel_unpaid, _hear, 3),
    "cancelled twice, unpaid": Race(_place, _cancel, _cancel, 3),
    "cancelled twice, paid": Race(_pay, _cancel, _cancel, 4),
    "cancelled by the buyer while by a seller": Race(_pay, _cancel, _cancel_annas_part, 4),
    "cancelled by a seller while by the buyer": Race(_pay, _cancel_annas_part, _cancel, 5),
    "refunded twice": Race(_pay, _refund_all_of_annas, _refund_all_of_annas, 5),
    "refunded while it is cancelled": Race(_pay, _cancel, _refund_all_of_annas, 4),
    "shipped while it is cancelled": Race(_pay, _cancel, _ship, 4),
    "cancelled while it is shipped": Race(_pay, _ship, _cancel, 4),
}


def _run(race: Race, moment: int, made: Market) -> bool:
    """With the rival at the call numbered `moment`; False when there are not so many calls."""
    shopping = Shopping(made)
    race.prepare(shopping)
    came = False

    def interrupt(at: int, _call: str) -> None:
        nonlocal came
        if at == moment:
            made.faults.counting = False
            came = True
            race.rival(shopping)

    made.faults.on_call, made.faults.counting = interrupt, True
    race.act(shopping)
    made.faults.counting = False
    made.holding = False
    made.settle()
    claim_all_is_well(made)
    return came


@pytest.mark.parametrize("name", RACES)
def test_in_every_interleaving_stock_and_money_add_up(name: str) -> None:
    moment, came = 0, True
    while came:
        with market() as made:
            came = _run(RACES[name], moment, made)
        moment += 1
    assert moment > RACES[name].fewest


def test_the_end_of_the_hold_races_a_last_second_payment() -> None:
    """The buyer pays at each call of the closing in turn: kept and confirmed, or closed before the page took money."""
    moment, came = 0, True
    while came:
        with market() as made:
            shopping = Shopping(made)
            _place(shopping)
            came = _pay_at(moment, shopping)
        moment += 1
    assert moment > 3


def _pay_at(moment: int, shopping: Shopping) -> bool:
    made = shopping.market
    came = False

    def interrupt(at: int, _call: str) -> None:
        nonlocal came
        if at == moment:
            made.faults.counting = False
            came = True
            page = made.bank.page_of(shopping.id)
            assert page is not None
            made.bank.pay(page, however_late=True)

    made.clock.now = shopping.order.hold_until
    made.faults.on_call, made.faults.counting = interrupt, True
    made.sweep()
    made.faults.counting = False
    made.settle()
    claim_all_is_well(made)
    return came


def test_a_shop_suspended_while_a_late_payment_arrives_does_not_sell() -> None:
    """At each call before its stock is taken again, one of the two shops is suspended: the money goes back."""
    ends: list[Status] = []
    while Status.CONFIRMED not in ends:
        with market() as made:
            ends.append(_suspend_at(len(ends), Shopping(made)))
    assert ends == [Status.REFUNDED, Status.REFUNDED, Status.CONFIRMED]


def _suspend_at(moment: int, shopping: Shopping) -> Status:
    made = shopping.market
    shopping.is_given_up()
    made.holding = True
    shopping.pay_late()

    def interrupt(at: int, _call: str) -> None:
        if at == moment:
            made.faults.counting = False
            shopping.suspend(BORIS)

    made.faults.on_call, made.faults.counting = interrupt, True
    assert made.deliver(made.sent[-1]) == 200
    made.faults.counting = False
    made.holding = False
    made.settle()
    claim_all_is_well(made)
    return shopping.order.status
