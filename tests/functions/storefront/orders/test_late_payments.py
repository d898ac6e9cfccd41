"""A payment that comes after its order was given up: the stock is taken again, if it is there and its shops still sell.

Late payments are reported by an event, or found at the bank by what was about to cancel the order as well.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from souk.shared.clock import utc_now
from souk.storefront.orders.model import Order, PaymentStatus, Status
from souk.storefront.orders.repository import OrderRepository
from tests.functions.cloud import Answer, Cloud, Person, forget, sample
from tests.functions.storefront.orders.market import Buyer, Shop, movements_of, stock_of
from tests.functions.storefront.payments.events import deliver, event
from tests.functions.storefront.sellers.shops import decide, operator, require_verification
from tests.unit.storefront.payments.stripe_in_process import Stripe


def reported(cloud: Cloud, stripe: Stripe, order_id: str) -> Answer:
    return deliver(cloud, event("checkout.session.completed", stripe.pay(order_id)))


def claim_given_back(order: Order, stripe: Stripe) -> None:
    assert (order.status, order.payment.status) == (Status.REFUNDED, PaymentStatus.PAID)
    assert [part.status for part in order.fulfilments] == [Status.CANCELLED] * len(order.fulfilments)
    assert [one["amount"] for one in stripe.refunds] == [order.total.minor]


@pytest.fixture
def who(cloud: Cloud) -> Person:
    return operator(cloud)


def test_a_late_payment_for_a_suspended_shop_is_refunded(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    board = shop.product(stock=5)
    order_id = buyer.loses(buyer.places((board, 2)))
    decide(cloud, who, shop.id, "suspend")
    assert reported(cloud, stripe, order_id).status == 200
    claim_given_back(buyer.order(order_id), stripe)
    assert ([units for units, _, _ in movements_of(cloud, board)], stock_of(cloud, board)) == ([-2, 2], 5)
    [sale] = shop.call("list_sales").json["orders"]
    assert (sale["status"], sale["refunded"]) == ("refunded", 80.0)


def test_a_late_payment_is_refunded_if_one_of_the_shops_is_suspended(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    rival = Shop(cloud, "Board and Bowl")
    board, bowl = shop.product(stock=5), rival.product(stock=5)
    order_id = buyer.loses(buyer.places((board, 1), (bowl, 1)))
    decide(cloud, who, rival.id, "suspend")
    reported(cloud, stripe, order_id)
    claim_given_back(buyer.order(order_id), stripe)
    assert (stock_of(cloud, board), stock_of(cloud, bowl)) == (5, 5)


def test_a_late_payment_revives_the_order_if_the_shop_sells_again(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    board = shop.product(stock=5)
    order_id = buyer.loses(buyer.places((board, 2)))
    for decision in ("suspend", "reinstate"):
        decide(cloud, who, shop.id, decision)
    reported(cloud, stripe, order_id)
    assert (buyer.order(order_id).status, stock_of(cloud, board)) == (Status.CONFIRMED, 3)
    assert stripe.refunds == []


def test_a_late_payment_for_an_unverified_shop_is_refunded_where_shops_must_be_verified(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    order_id = buyer.loses(buyer.places((shop.product(), 1)))
    require_verification(monkeypatch)
    reported(cloud, stripe, order_id)
    claim_given_back(buyer.order(order_id), stripe)


def test_a_shop_suspended_after_the_order_was_read_does_not_sell(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    """The transaction decides: what was read before it, the shop was free to sell."""
    board = shop.product(stock=5)
    order_id = buyer.loses(buyer.places((board, 2)))
    real, decisions = OrderRepository.get, ["suspend"]

    def read(repository: OrderRepository, *key: str) -> Order:
        order = real(repository, *key)
        if decisions:
            assert decide(cloud, who, shop.id, decisions.pop()).status == 200
        return order

    monkeypatch.setattr(OrderRepository, "get", read)
    reported(cloud, stripe, order_id)
    claim_given_back(buyer.order(order_id), stripe)
    assert stock_of(cloud, board) == 5


def test_a_repeated_event_of_a_late_payment_refunds_once(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, who: Person
) -> None:
    order_id = buyer.loses(buyer.places((shop.product(), 1)))
    decide(cloud, who, shop.id, "suspend")
    reported(cloud, stripe, order_id)
    first = buyer.order(order_id)
    decide(cloud, who, shop.id, "reinstate")
    reported(cloud, stripe, order_id)
    assert buyer.order(order_id) == first
    claim_given_back(first, stripe)


# Found while the order is cancelled ---------------------------------------------------------------------------------


def _closing(cloud: Cloud, buyer: Buyer, order_id: str) -> None:
    task = {"buyer_id": buyer.id, "order_id": order_id, "run": 1}
    assert cloud.invoke("close_unpaid_order", task)["status"] != "pending"


def _sweeping(cloud: Cloud, _buyer: Buyer, _order_id: str) -> None:
    assert cloud.invoke("sweep_orders", sample("sweep_orders")) == {"touched": 1}


def _cancelling(_cloud: Cloud, buyer: Buyer, order_id: str) -> None:
    """A paid order is refused, to be cancelled once more; a refunded one is cancelled, also when asked again."""
    answer = buyer.call("cancel_order", order_id, key="once")
    if buyer.order(order_id).status is Status.CONFIRMED:
        assert (answer.status, answer.json["error"]) == (409, "already_paid")
        return
    again = buyer.call("cancel_order", order_id, key="once")
    assert (answer.status, answer.json["status"]) == (again.status, again.json["status"]) == (200, "refunded")
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("sells", [True, False], ids=["sells", "suspended"])
@pytest.mark.parametrize("find", [_closing, _sweeping, _cancelling])
def test_a_payment_is_found_after_another_call_has_closed_the_order(
    monkeypatch: pytest.MonkeyPatch,
    cloud: Cloud,
    shop: Shop,
    buyer: Buyer,
    stripe: Stripe,
    who: Person,
    find: Callable[[Cloud, Buyer, str], None],
    sells: bool,
) -> None:
    """The hold is over. One asks the bank; another has given the order up by the time the bank answers."""
    board = shop.product(stock=5)
    order_id = buyer.places((board, 2))
    stripe.pay(order_id)
    if not sells:
        decide(cloud, who, shop.id, "suspend")

    stripe.before_next_answer(lambda: buyer.loses(order_id))
    if find is not _cancelling:
        _pass_time(monkeypatch, timedelta(minutes=32))
    find(cloud, buyer, order_id)
    order = buyer.order(order_id)
    if sells:
        assert (order.status, stock_of(cloud, board), stripe.refunds) == (Status.CONFIRMED, 3, [])
    else:
        claim_given_back(order, stripe)
        assert stock_of(cloud, board) == 5


def _pass_time(monkeypatch: pytest.MonkeyPatch, span: timedelta) -> None:
    now = utc_now()
    monkeypatch.setattr("souk.shared.clock.utc_now", lambda: now + span)
    forget()
