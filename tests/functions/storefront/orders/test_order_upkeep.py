"""orders/dispatch_orders, orders/close_unpaid_order, orders/sweep_orders"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from souk.aws.items import to_attributes
from souk.aws.workflows import StepFunctions
from souk.shared.clock import utc_now
from souk.storefront.orders.mapping import from_order
from souk.storefront.orders.model import Order, PaymentStatus, Status
from souk.storefront.payments.adapters.stripe.adapter import StripePayments
from souk.wiring import orders
from tests.functions.cloud import Cloud, forget, sample
from tests.functions.storefront.orders.market import Buyer, Shop, stock_of
from tests.unit.storefront.payments.stripe_in_process import Stripe


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let functions see a later time."""

    def pass_time(span: timedelta) -> None:
        now = utc_now()
        monkeypatch.setattr("souk.shared.clock.utc_now", lambda: now + span)
        forget()

    return pass_time


def record(before: Order | None, after: Order) -> dict[str, Any]:
    """A record of the stream."""
    new = to_attributes(from_order(after))
    change = {"Keys": {"pk": new["pk"], "sk": new["sk"]}, "NewImage": new}
    return {"dynamodb": change | ({"OldImage": to_attributes(from_order(before))} if before else {})}


# Dispatcher -----------------------------------------------------------------------------------------------------------


def test_a_new_order_starts_its_workflow_once(cloud: Cloud) -> None:
    event = sample("dispatch_orders")
    for _ in range(2):
        cloud.invoke("dispatch_orders", event)
    arn = cloud.physical["OrderWorkflow"]
    [execution] = cloud.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"]
    item = event["Records"][0]["dynamodb"]["NewImage"]
    assert execution["name"] == f"{item['id']['S']}-1"


def test_an_order_that_leaves_pending_resumes_its_workflow(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    order = buyer.order(buyer.buys((shop.product(), 1)))
    cloud.calls.clear()
    waiting = record(replace(order, wait="A" * 40), order)
    cloud.invoke("dispatch_orders", {"Records": [waiting, record(order, order)]})
    [call] = cloud.calls
    assert (call.operation, call.request["taskToken"]) == ("SendTaskSuccess", "A" * 40)


def test_a_pending_order_whose_workflow_is_lost_starts_one_new_run(
    cloud: Cloud, shop: Shop, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StepFunctions, "resume", lambda _workflow, _token: False)
    order = buyer.order(buyer.places((shop.product(), 1)))
    for _ in range(2):
        cloud.invoke("dispatch_orders", {"Records": [record(replace(order, wait="gone"), order)]})
    assert buyer.order(order.id).run == 2


# The end of a hold ----------------------------------------------------------------------------------------------------


def test_an_unpaid_order_is_closed_when_its_hold_is_over_and_not_before(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, later: Any
) -> None:
    board = shop.product(stock=5)
    order_id = buyer.places((board, 2))
    task = {"buyer_id": buyer.id, "order_id": order_id, "run": 1}
    assert cloud.invoke("close_unpaid_order", task) == {"status": "pending"}
    later(timedelta(minutes=32))
    assert cloud.invoke("close_unpaid_order", task) == {"status": "cancelled"}
    assert cloud.invoke("close_unpaid_order", task) == {"status": "cancelled"}
    assert buyer.order(order_id).payment.status is PaymentStatus.EXPIRED
    assert [page["status"] for page in stripe.sessions] == ["expired"]
    assert stock_of(cloud, board) == 5


def test_a_payment_without_an_event_is_found_when_the_hold_is_over(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, later: Any
) -> None:
    order_id = buyer.places((shop.product(), 1))
    stripe.pay(order_id)
    later(timedelta(minutes=32))
    task = {"buyer_id": buyer.id, "order_id": order_id, "run": 1}
    assert cloud.invoke("close_unpaid_order", task) == {"status": "confirmed"}


# Sweep ----------------------------------------------------------------------------------------------------------------


def sweep(cloud: Cloud, *, starting: bool = False) -> int:
    event = {"starting": True} if starting else sample("sweep_orders")
    touched: int = cloud.invoke("sweep_orders", event)["touched"]
    return touched


def test_a_sweep_without_due_orders_does_nothing(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.places((shop.product(), 1))
    version = buyer.order(order_id).version
    assert sweep(cloud) == 0
    assert buyer.order(order_id).version == version


def test_the_sweep_closes_an_order_that_no_workflow_has_closed(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, later: Any
) -> None:
    board = shop.product(stock=5)
    order_id = buyer.places((board, 2))
    later(timedelta(minutes=32))
    assert sweep(cloud) == 1
    assert buyer.order(order_id).status is Status.CANCELLED
    assert stock_of(cloud, board) == 5
    assert sweep(cloud) == 0


def test_the_sweep_opens_a_session_that_was_not_opened(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    with stripe.down():
        order_id = buyer.places((shop.product(), 1))
    assert buyer.order(order_id).payment.url is None
    assert sweep(cloud, starting=True) == 1
    assert buyer.order(order_id).payment.url is not None
    assert len(stripe.sessions) == 1


def test_a_session_that_is_finally_refused_closes_its_order(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    board = shop.product(stock=5)
    stripe.fault("fail")
    order_id = buyer.places((board, 1))
    stripe.refuse()
    assert sweep(cloud, starting=True) == 1
    assert (buyer.order(order_id).status, stock_of(cloud, board)) == (Status.CANCELLED, 5)


def test_a_failing_refund_does_not_keep_other_refunds_of_its_order_waiting(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, later: Any
) -> None:
    """It ends its sweep, as the vendor may answer nothing for a while; the next sweep begins with the other."""
    rival = Shop(cloud, "Board and Bowl")
    order_id = buyer.buys((shop.product(price="1.00"), 1), (rival.product(price="2.00"), 1))
    for seller in (shop, rival):
        stripe.fault("fail", times=2)
        assert seller.move(order_id, "cancelled").status == 200
    later(timedelta(minutes=2))
    stripe.fault("fail")
    with pytest.raises(ExceptionGroup, match="could not be settled"):
        sweep(cloud)
    assert stripe.refunds == []
    assert sweep(cloud) == 1
    assert [one["amount"] for one in stripe.refunds] == [200]


def test_an_order_whose_sweep_is_killed_at_the_vendor_does_not_stay_the_first_for_ever(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, later: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = buyer.places((shop.product(), 1))
    refunded = buyer.buys((shop.product(), 1))
    with stripe.down():
        buyer.call("cancel_order", refunded)
    later(timedelta(minutes=32))

    class Killed(BaseException):
        """The function's time is up: nothing of it runs any more."""

    seen: list[datetime | None] = []

    def kill(*_: Any, **__: Any) -> None:
        seen.extend(buyer.order(order_id).due_at for order_id in (waiting, refunded))
        raise Killed

    monkeypatch.setattr(StripePayments, "expire_session", kill)
    monkeypatch.setattr(StripePayments, "find_refund", kill)
    for _ in range(2):
        with pytest.raises(Killed):
            sweep(cloud)
    over = utc_now() + timedelta(minutes=32)
    assert len([due_at for due_at in seen[2:] if due_at is not None and due_at > over]) == 2


def test_the_sweep_settles_a_pending_refund(cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe) -> None:
    order_id = buyer.buys((shop.product(), 1))
    with stripe.down():
        assert buyer.call("cancel_order", order_id).json["status"] == "cancelled"
    assert sweep(cloud, starting=True) == 1
    order = buyer.order(order_id)
    assert (order.status, order.due_at) == (Status.REFUNDED, None)
    assert len(stripe.refunds) == 1


def test_a_vendor_that_does_not_answer_does_not_keep_other_orders_waiting(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe, later: Any
) -> None:
    paid_back, delivered = (buyer.buys((shop.product(), 1)) for _ in range(2))
    with stripe.down():
        buyer.call("cancel_order", paid_back)
    shop.move(delivered, "processing", "shipped", "delivered")
    later(timedelta(days=14, minutes=1))
    with stripe.down(), pytest.raises(ExceptionGroup, match="could not be settled"):
        sweep(cloud)
    assert orders.order_repository().get(buyer.id, delivered).status is Status.COMPLETED
    waiting = buyer.order(paid_back)
    assert waiting.due_at is not None
    assert waiting.due_at > utc_now() + timedelta(days=14)
