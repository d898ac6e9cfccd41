"""Unpaid orders of a shop that is suspended: their pages close, and what is paid nevertheless is refunded by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from souk.shared.clock import utc_now
from souk.storefront.orders.model import Order, PaymentStatus, Status
from souk.storefront.orders.service import suspension
from souk.storefront.sellers.mapping import from_shop
from souk.storefront.sellers.model import Shop as StoredShop
from souk.storefront.sellers.model import Verification
from souk.wiring.orders import order_repository
from tests.functions.cloud import Cloud, Person, sample
from tests.functions.storefront.analytics.sellers import change
from tests.functions.storefront.orders.market import MADE, Buyer, Shop, refused, stock_of
from tests.functions.storefront.payments.events import deliver, event
from tests.functions.storefront.sellers.shops import decide, operator
from tests.unit.storefront.payments.stripe_in_process import Stripe


@pytest.fixture
def who(cloud: Cloud) -> Person:
    return operator(cloud)


@pytest.fixture
def rival(cloud: Cloud) -> Shop:
    return Shop(cloud, "Board and Bowl")


def suspend(cloud: Cloud, who: Person, shop: Shop) -> None:
    """With what the catalogue's stream says of it, twice."""
    assert decide(cloud, who, shop.id, "suspend").status == 200
    before = StoredShop(shop.id, "Shop", Verification.UNVERIFIED, 1, MADE, MADE)
    record = change(from_shop(before), from_shop(replace(before, verification=Verification.SUSPENDED)))
    for _ in range(2):
        cloud.invoke("count_stock", {"Records": [record]})


def sweep(cloud: Cloud) -> None:
    cloud.invoke("sweep_orders", sample("sweep_orders"))


def claim_refunded_once(order: Order, stripe: Stripe) -> None:
    assert (order.status, order.payment.status) == (Status.REFUNDED, PaymentStatus.PAID)
    assert [part.status for part in order.fulfilments] == [Status.CANCELLED] * len(order.fulfilments)
    assert [one["amount"] for one in stripe.refunds] == [order.total.minor]


# What is paid nevertheless -------------------------------------------------------------------------------------------


def test_a_payment_for_a_suspended_shop_is_refunded_once(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    board = shop.product(stock=5)
    order_id = buyer.places((board, 2))
    decide(cloud, who, shop.id, "suspend")
    paid = event("checkout.session.completed", stripe.pay(order_id))
    again = {**paid, "id": "evt_other"}
    assert [deliver(cloud, sent).status for sent in (paid, paid, again)] == [200, 200, 200]
    claim_refunded_once(buyer.order(order_id), stripe)
    assert stock_of(cloud, board) == 5
    sweep(cloud)
    claim_refunded_once(buyer.order(order_id), stripe)


def test_the_whole_order_is_refunded_when_one_of_its_shops_is_suspended(
    cloud: Cloud, shop: Shop, rival: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    board, bowl = shop.product(stock=5), rival.product(stock=5)
    order_id = buyer.places((board, 1), (bowl, 1))
    decide(cloud, who, rival.id, "suspend")
    deliver(cloud, event("checkout.session.completed", stripe.pay(order_id)))
    claim_refunded_once(buyer.order(order_id), stripe)
    assert (stock_of(cloud, board), stock_of(cloud, bowl)) == (5, 5)


def test_a_payment_that_only_the_sweep_finds_is_refunded_too(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    order_id = buyer.places((shop.product(), 1))
    stripe.pay(order_id)
    suspend(cloud, who, shop)
    sweep(cloud)
    claim_refunded_once(buyer.order(order_id), stripe)


def test_cancelling_what_was_just_paid_to_a_suspended_shop_refunds_it(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    order_id = buyer.places((shop.product(), 1))
    stripe.pay(order_id)
    decide(cloud, who, shop.id, "suspend")
    assert buyer.call("cancel_order", order_id).status == 200
    claim_refunded_once(buyer.order(order_id), stripe)


@pytest.mark.parametrize("changes", [{"is_active": False}, {"removed": True}])
def test_a_product_that_was_hidden_after_it_was_ordered_is_sold(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, changes: dict[str, Any]
) -> None:
    """Its units are set aside for the buyer, and its seller can cancel."""
    board = shop.product()
    order_id = buyer.places((board, 1))
    shop.edit(board, **changes)
    deliver(cloud, event("checkout.session.completed", stripe.pay(order_id)))
    assert buyer.order(order_id).status is Status.CONFIRMED


# Pages that are still open -------------------------------------------------------------------------------------------


def test_pages_of_a_suspended_shop_close_and_its_units_come_back(
    cloud: Cloud, shop: Shop, rival: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    board, bowl = shop.product(stock=5), rival.product(stock=5)
    both, other, paid = (
        buyer.places((board, 1), (bowl, 2)),
        buyer.places((bowl, 1)),
        buyer.buys((board, 1)),
    )
    suspend(cloud, who, shop)
    assert buyer.order(both).hold_until <= utc_now()
    sweep(cloud)
    statuses = {one["client_reference_id"]: one["status"] for one in stripe.sessions}
    assert statuses == {both: "expired", other: "open", paid: "complete"}
    closed = buyer.order(both)
    assert (closed.status, closed.payment.status) == (Status.CANCELLED, PaymentStatus.EXPIRED)
    assert [buyer.order(one).status for one in (other, paid)] == [Status.PENDING, Status.CONFIRMED]
    assert (stock_of(cloud, board), stock_of(cloud, bowl)) == (4, 4)
    assert stripe.refunds == []


def test_a_page_that_opens_while_the_shop_is_suspended_closes_too(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    board = shop.product(stock=5)
    stripe.before_next_answer(lambda: suspend(cloud, who, shop))
    order_id = buyer.places((board, 1))
    sweep(cloud)
    assert [one["status"] for one in stripe.sessions] == ["expired"]
    assert (buyer.order(order_id).status, stock_of(cloud, board)) == (Status.CANCELLED, 5)


def test_no_page_is_opened_any_more_for_an_order_whose_hold_was_ended(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    body = buyer.wants((shop.product(), 1))
    stripe.fault("fail")
    order_id = buyer.call("place_order", json=body, key="once").json["order_id"]
    suspend(cloud, who, shop)
    assert buyer.call("place_order", json=body, key="once").json["payment_url"] is None
    assert stripe.sessions == []
    sweep(cloud)
    assert buyer.order(order_id).status is Status.CANCELLED
    refused(buyer.call("place_order", json=buyer.wants((shop.product(), 1))), 409, "shop_suspended")


def test_only_orders_that_can_still_be_unpaid_are_looked_at(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer, who: Person
) -> None:
    monkeypatch.setattr(suspension, "_PAGE", 2)
    orders = [buyer.places((shop.product(), 1)) for _ in range(5)]
    old = buyer.order(orders[0])
    aged = replace(old, created_at=old.created_at - timedelta(days=3))
    order_repository().save(old, aged, utc_now())
    suspend(cloud, who, shop)
    assert [buyer.order(one).hold_until <= utc_now() for one in orders] == [False, True, True, True, True]


@pytest.mark.parametrize("decision", ["verify", "reinstate"])
def test_other_decisions_leave_unpaid_orders_alone(cloud: Cloud, shop: Shop, buyer: Buyer, decision: str) -> None:
    order = buyer.order(buyer.places((shop.product(), 1)))
    before = StoredShop(shop.id, "Shop", Verification.SUSPENDED, 1, MADE, MADE, suspended_from=Verification.VERIFIED)
    after = {"verify": replace(before, bio="Boards."), "reinstate": replace(before, verification=Verification.VERIFIED)}
    cloud.invoke("count_stock", {"Records": [change(from_shop(before), from_shop(after[decision]))]})
    assert buyer.order(order.id) == order
