"""A start compares recent payments with the orders, in several calls, also when some of it fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from souk.aws.tables import from_stream
from souk.shared.errors import VendorFailed
from souk.storefront.orders.mapping import to_unmatched
from souk.storefront.orders.model import LONGEST_HOLD, Capture, Order
from souk.storefront.orders.service.settlement import Settlement
from souk.storefront.orders.workflow import DueOrders
from souk.storefront.payments.model import ListedSession, ListedSessions, Session
from tests.harness.storefront.orders.bank import Page
from tests.harness.storefront.orders.losses import LOST_ALARM, claim_every_charge_is_an_order_or_refunded
from tests.harness.storefront.orders.market import BEA, CARL, ORDERS, Market, market
from tests.harness.storefront.orders.shopping import Shopping


@pytest.fixture
def made() -> Iterator[Market]:
    with market() as one:
        yield one


def _lost_orders(made: Market, number: int) -> list[Page]:
    """That many orders, paid on different days, in a store that was put back to before them. Their events are lost."""
    before = made.store.snapshot()
    made.holding = True
    pages = []
    for _ in range(number):
        shopping = Shopping(made, CARL, {"camera": 1})
        shopping.place()
        shopping.pay()
        page = made.bank.page_of(shopping.id)
        assert page is not None
        pages.append(page)
        made.clock.advance(timedelta(hours=7))
    made.outbox.clear()
    made.store.restore(before)
    made.engine.kill_all()
    made.holding = False
    return pages


def _noted(made: Market) -> list[dict[str, Any]]:
    return [item for item in made.store.items(ORDERS) if item["sk"]["S"] == "UNMATCHED"]


def _compared(made: Market) -> list[dict[str, Any]]:
    """The answers of the calls that a person makes after a restore, until one has reached the end."""
    answers: list[dict[str, Any]] = [made.invoke("sweep_orders", {"starting": True})]
    while "after" in answers[-1]:
        answers.append(made.invoke("sweep_orders", {"starting": True, "after": answers[-1]["after"]}))
        assert len(answers) < 10
    return answers


def test_calls_that_each_reach_a_part_of_a_restore_reach_all_of_it(
    made: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = _lost_orders(made, 5)
    monkeypatch.setattr("souk.shared.sweeping.MOST_A_SWEEP", 2)
    calls = _compared(made)
    assert (len(_noted(made)), "unfinished" in calls[-1]) == (len(pages), False)
    assert len(calls) > 2
    made.settle()
    claim_every_charge_is_an_order_or_refunded(made)


def test_an_order_that_always_fails_keeps_no_page_from_being_compared(
    made: Market, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pages = _lost_orders(made, 5)
    Shopping(made, BEA, {"camera": 1}).place()
    monkeypatch.setattr("souk.shared.sweeping.MOST_A_SWEEP", 3)

    def fail(*_: object, **__: object) -> None:
        raise VendorFailed("stripe", "no order can be settled")

    monkeypatch.setattr(DueOrders, "settle", fail)
    first, *others = _compared(made)
    assert first["failed"] == 1
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["failure"]
    assert len(others) >= 2
    assert not any("failed" in answer for answer in others)
    assert len(_noted(made)) == len(pages)


def test_a_page_whose_comparison_always_fails_keeps_no_other_from_being_compared(
    made: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = _lost_orders(made, 5)
    monkeypatch.setattr("souk.shared.sweeping.MOST_A_SWEEP", 3)
    take = Settlement.take

    def fail(settlement: Settlement, order_id: str, buyer_id: str, capture: Capture) -> Order:
        if capture.intent_id == pages[-1].now.intent_id:
            raise VendorFailed("stripe", "this payment cannot be taken")
        return take(settlement, order_id, buyer_id, capture)

    monkeypatch.setattr(Settlement, "take", fail)
    first, *others = _compared(made)
    assert (first["failed"], len(others)) == (1, 2)
    assert len(_noted(made)) == len(pages) - 1


def test_what_failed_is_an_error_of_a_call_that_hands_on_no_position(
    made: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = _lost_orders(made, 2)

    def fail(*_: object) -> None:
        raise VendorFailed("stripe", "no payment can be taken")

    monkeypatch.setattr(Settlement, "take", fail)
    with pytest.raises(ExceptionGroup, match="could not be settled") as raised:
        made.invoke("sweep_orders", {"starting": True})
    assert len(raised.value.exceptions) == len(pages)


def test_a_call_says_that_it_has_not_looked_at_all_that_comes_due_later(
    made: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        Shopping(made, BEA, {"lens": 1}).place()
    _lost_orders(made, 3)
    monkeypatch.setattr("souk.shared.sweeping.MOST_A_SWEEP", 2)
    first, *_ = _compared(made)
    assert first["left"] is True


def test_a_page_that_cannot_be_understood_raises_an_alarm_and_the_others_are_compared(made: Market) -> None:
    odd, *fine = _lost_orders(made, 3)
    read = {one.id: one.now for one in fine}
    unreadable = VendorFailed("stripe", "amount_total is missing")

    def listed(_since: datetime, _after: str | None = None) -> ListedSessions:
        def broken() -> Session:
            raise unreadable

        return ListedSessions(
            tuple(
                ListedSession(one.id, one.request.order_id, one.request.buyer_id, partial(read.__getitem__, one.id))
                if one.id in read
                else ListedSession(one.id, one.request.order_id, one.request.buyer_id, broken)
                for one in (odd, *fine)
            ),
            None,
        )

    made.bank.complete_sessions = listed  # type: ignore[assignment,method-assign]
    assert made.invoke("sweep_orders", {"starting": True}) == {"touched": 2}
    assert made.alarms == [LOST_ALARM] * 3


def test_a_page_is_compared_for_three_days_after_it_was_paid_however_long_it_was_open(made: Market) -> None:
    before = made.store.snapshot()
    made.holding = True
    shopping = Shopping(made)
    shopping.place()
    page = made.bank.page_of(shopping.id)
    assert page is not None
    made.store.restore(before)
    made.engine.kill_all()
    made.clock.advance(LONGEST_HOLD - timedelta(minutes=1))
    made.bank.pay(page, however_late=True)
    made.outbox.clear()
    made.clock.advance(timedelta(days=3))
    made.sweep(starting=True)
    assert len(_noted(made)) == 1


def test_a_payment_that_is_found_days_later_counts_when_its_page_was_opened(made: Market) -> None:
    [page] = _lost_orders(made, 1)
    made.clock.advance(timedelta(days=2))
    made.sweep(starting=True)
    [noted] = _noted(made)
    assert to_unmatched(from_stream(noted) or {}).capture.at == page.opened_at
