"""What settling orders asks of the tables, measured, and held to the figures in docs/access-patterns.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from souk.shared.clock import utc_now
from souk.storefront.orders.model import ASK_AFTER, RECHECK_AFTER
from souk.storefront.sellers.mapping import from_shop
from souk.storefront.sellers.model import Shop as StoredShop
from souk.storefront.sellers.model import Verification
from tests.functions.capacity import billed, table_of
from tests.functions.cloud import Cloud, sample
from tests.functions.storefront.analytics.sellers import change
from tests.functions.storefront.orders.market import MADE, Buyer, Shop, call
from tests.functions.storefront.orders.test_order_upkeep import record
from tests.functions.storefront.payments.events import deliver, event
from tests.functions.template import ROOT
from tests.unit.storefront.payments.stripe_in_process import Stripe

SECTION = "Payments"


class Desk:
    """A shop, a buyer and Stripe. The vendor's key has been read before."""

    def __init__(self, cloud: Cloud, stripe: Stripe) -> None:
        self.cloud, self.stripe = cloud, stripe
        self.shop, self.buyer = Shop(cloud), Buyer(cloud, stripe)
        self.board = self.shop.product(stock=500)
        deliver(cloud, event("customer.created", {"id": "cus_1"}))

    def placed(self) -> str:
        return self.buyer.places((self.board, 1))

    def bought(self) -> str:
        return self.buyer.buys((self.board, 1))

    def given_up(self) -> str:
        return self.buyer.loses(self.placed())

    def pay(self, order_id: str) -> dict[str, Any]:
        return event("checkout.session.completed", self.stripe.pay(order_id))

    def refund(self, order_id: str) -> Any:
        body = {"reason": "A scratch.", "lines": [{"line_id": "1", "quantity": 1}], "restock": True}
        return call(self.cloud, self.shop.person, "refund_order", params={"id": order_id}, json=body)


def _delivered(desk: Desk, sent: dict[str, Any]) -> Callable[[], Any]:
    return lambda: deliver(desk.cloud, sent)


def _a_payment(desk: Desk) -> Callable[[], Any]:
    return _delivered(desk, desk.pay(desk.placed()))


def _a_repeated_payment(desk: Desk) -> Callable[[], Any]:
    sent = desk.pay(desk.placed())
    deliver(desk.cloud, sent)
    return _delivered(desk, sent)


def _a_late_payment(desk: Desk) -> Callable[[], Any]:
    return _delivered(desk, desk.pay(desk.given_up()))


def _an_expired_page(desk: Desk) -> Callable[[], Any]:
    order_id = desk.placed()
    [page] = [one for one in desk.stripe.sessions if one["client_reference_id"] == order_id]
    return _delivered(desk, event("checkout.session.expired", {**page, "status": "expired", "url": None}))


def _cancelling(order_of: Callable[[Desk], str]) -> Callable[[Desk], Callable[[], Any]]:
    def prepared(desk: Desk) -> Callable[[], Any]:
        order_id = order_of(desk)
        return lambda: desk.buyer.call("cancel_order", order_id)

    return prepared


def _refunding(desk: Desk) -> Callable[[], Any]:
    order_id = desk.bought()
    return lambda: desk.refund(order_id)


def _starting(desk: Desk) -> Callable[[], Any]:
    sent = sample("dispatch_orders")
    return lambda: desk.cloud.invoke("dispatch_orders", sent)


def _resuming(desk: Desk) -> Callable[[], Any]:
    order = desk.buyer.order(desk.bought())
    sent = {"Records": [record(replace(order, wait="A" * 40), order)]}
    return lambda: desk.cloud.invoke("dispatch_orders", sent)


def _suspending(desk: Desk) -> Callable[[], Any]:
    desk.placed()
    shop = StoredShop(desk.shop.id, "Shop", Verification.UNVERIFIED, 1, MADE, MADE)
    suspended = change(from_shop(shop), from_shop(replace(shop, verification=Verification.SUSPENDED)))
    return lambda: desk.cloud.invoke("count_stock", {"Records": [suspended]})


def _sweeping_nothing(desk: Desk) -> Callable[[], Any]:
    return lambda: desk.cloud.invoke("sweep_orders", sample("sweep_orders"))


def _a_payment_without_an_order(desk: Desk) -> Callable[[], Any]:
    return _delivered(desk, _of_no_order(desk))


def _of_no_order(desk: Desk) -> dict[str, Any]:
    page = desk.stripe.pay(desk.placed())
    return event("checkout.session.completed", {**page, "metadata": {**page["metadata"], "order": "lost"}})


def _asking_about_a_page(desk: Desk) -> Callable[[], Any]:
    desk.placed()
    return _sweeping_later(desk, ASK_AFTER)


def _refunding_a_payment_without_an_order(desk: Desk) -> Callable[[], Any]:
    deliver(desk.cloud, _of_no_order(desk))
    return _sweeping_later(desk, RECHECK_AFTER)


def _sweeping_later(desk: Desk, span: timedelta) -> Callable[[], Any]:
    later = utc_now() + span

    def sweep() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("souk.shared.clock.utc_now", lambda: later)
            desk.cloud.invoke("sweep_orders", sample("sweep_orders"))

    return sweep


WORK: dict[str, Callable[[Desk], Callable[[], Any]]] = {
    "handle a payment": _a_payment,
    "handle the same event again": _a_repeated_payment,
    "handle a late payment": _a_late_payment,
    "handle an expired session": _an_expired_page,
    "cancel an unpaid order": _cancelling(Desk.placed),
    "cancel a paid order": _cancelling(Desk.bought),
    "refund a line, and restock": _refunding,
    "dispatch, new order": _starting,
    "dispatch, paid order": _resuming,
    "sweep, nothing due": _sweeping_nothing,
    "suspend a shop with an unpaid order": _suspending,  # which is due from then on
    "note a payment without an order": _a_payment_without_an_order,
}
SWEEPS: dict[str, Callable[[Desk], Callable[[], Any]]] = {
    "sweep, ask about an open page": _asking_about_a_page,
    "sweep, refund a payment without an order": _refunding_a_payment_without_an_order,
}


def said() -> dict[str, str]:
    found = table_of((ROOT / "docs" / "access-patterns.md").read_text(), SECTION)
    return {name: row for name, row in found.items() if name != "pattern"}


@pytest.fixture
def desk(cloud: Cloud, stripe: Stripe) -> Desk:
    return Desk(cloud, stripe)


def test_the_document_says_what_each_pattern_really_costs(cloud: Cloud, desk: Desk) -> None:
    measured = {}
    for name, prepare in WORK.items():
        act = prepare(desk)
        with billed(cloud) as bill:
            act()
        measured[name] = bill.row()
    assert {name: row for name, row in said().items() if name not in SWEEPS} == measured


@pytest.mark.parametrize("name", SWEEPS)
def test_the_document_says_what_a_sweep_of_one_costs(name: str, cloud: Cloud, desk: Desk) -> None:
    """Each in tables of its own, in which nothing else is due."""
    act = SWEEPS[name](desk)
    with billed(cloud) as bill:
        act()
    assert said().get(name) == bill.row()
