"""What a seller sees of orders, and how it moves its part on."""

from __future__ import annotations

import pytest

from souk.storefront.orders.model import SELLER_TRANSITIONS, Status
from souk.wiring.orders import order_repository
from tests.functions.accounts.auth.accounts import remove_account
from tests.functions.cloud import Cloud, forget
from tests.functions.storefront.orders.market import ENTRY, STEPS, Buyer, Shop, movements_of, stock_of
from tests.unit.storefront.payments.stripe_in_process import Stripe


def test_a_seller_sees_its_own_part_of_each_order_newest_first(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    rival = Shop(cloud, "Board and Bowl")
    board, bowl = shop.product(price="10.00", shipping_profile_id=shop.ships()), rival.product(price="3.00")
    orders = [buyer.buys((board, 2), (bowl, 1)), buyer.places((board, 1))]
    first = shop.call("list_sales", query={"limit": "1"}).json
    rest = shop.call("list_sales", query={"limit": "1", "cursor": first["next_cursor"]}).json
    sales = [*first["orders"], *rest["orders"]]
    assert [sale["id"] for sale in sales] == orders[::-1]
    waiting, sold = sales
    assert (sold["buyer_name"], sold["product_name"], sold["quantity"]) == ("Jo March", board.title, 2)
    assert (sold["total_price"], sold["shipping"], sold["total"]) == (20.0, 7.5, 27.5)
    assert [item["product_id"] for item in sold["items"]] == [board.id]
    assert (sold["status"], sold["payment_status"]) == ("confirmed", "paid")
    assert sold["shipping_address"]["address_line1"] == "123 Main St"
    assert sold["created_at"].endswith("Z")
    assert (waiting["status"], waiting["shipping_address"]) == ("pending", None)
    [theirs] = rival.call("list_sales").json["orders"]
    assert (theirs["id"], theirs["total"]) == (orders[0], 3.0)


def test_another_sellers_orders_are_not_found(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    rival = Shop(cloud, "Board and Bowl")
    order_id = buyer.buys((shop.product(), 1))
    answers = [
        rival.call("list_sales", params={"seller_id": shop.id}),
        rival.call("change_order_status", order_id, json={"status": "processing"}),
        rival.call("change_order_status", order_id, json={"status": "cancelled"}),
        rival.call("add_tracking", order_id, json=ENTRY),
    ]
    assert {(answer.status, answer.json["error"]) for answer in answers} == {(404, "not_found")}
    assert buyer.order(order_id).version == 3


def test_only_sellers_can_change_a_status(cloud: Cloud, buyer: Buyer) -> None:
    for function, params in (
        ("list_sales", {"seller_id": buyer.id}),
        ("change_order_status", {"order_id": "o"}),
        ("add_tracking", {"order_id": "o"}),
    ):
        assert buyer.call(function, params=params).status == 403, function


def test_a_part_advances_step_by_step_to_completed(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.buys((shop.product(), 1))
    for step in STEPS:
        moved = shop.move(order_id, step)
        assert (moved.status, moved.json["status"], moved.json["id"]) == (200, step, order_id)
        again = shop.move(order_id, step)
        assert (again.status, again.json) == (200, moved.json)
    assert buyer.order(order_id).status is Status.COMPLETED
    assert shop.call("list_sales").json["orders"][0]["status"] == "completed"


@pytest.mark.parametrize("reached", [None, "confirmed", *STEPS, "cancelled"])
def test_every_other_transition_is_refused(cloud: Cloud, shop: Shop, buyer: Buyer, reached: str | None) -> None:
    order_id = buyer.buys((shop.product(), 1)) if reached else buyer.places((shop.product(), 1))
    if reached == "cancelled":
        shop.move(order_id, "cancelled")
    elif reached in STEPS:
        shop.move(order_id, *STEPS[: STEPS.index(reached) + 1])
    before = buyer.order(order_id)
    chain = ["confirmed", *STEPS]
    legal = {reached} if reached in {status.value for status in SELLER_TRANSITIONS} else set()
    if reached in chain[:-1]:
        legal.add(chain[chain.index(reached) + 1])
    if reached in chain[:2]:
        legal.add("cancelled")
    for wanted in sorted({status.value for status in Status} - legal):
        answer = shop.move(order_id, wanted)
        assert (answer.status, answer.json["error"]) == (409, "illegal_transition"), (wanted, answer.body)
        if wanted not in ("cancelled", before.fulfilment(shop.id).status.value):
            refused = shop.call("add_tracking", order_id, json={"status": wanted})
            assert (refused.status, refused.json["error"]) == (409, "illegal_transition"), (wanted, refused.body)
    assert buyer.order(order_id) == before


def test_an_unknown_status_is_refused(shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.buys((shop.product(), 1))
    answer = shop.move(order_id, "lost")
    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "status")


def test_a_seller_that_cancels_returns_the_stock_and_refunds_the_payment(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    rival = Shop(cloud, "Board and Bowl")
    board, bowl = shop.product(stock=5), rival.product(stock=5)
    order_id = buyer.buys((board, 2), (bowl, 1))
    forget()  # the vendor's key too: this function reads it for itself
    moved = shop.move(order_id, "cancelled")
    assert (moved.status, moved.json["status"], moved.json["refunded"]) == (200, "refunded", 80.0), moved.body
    assert (stock_of(cloud, board), stock_of(cloud, bowl)) == (5, 4)
    assert [units for units, _, _ in movements_of(cloud, board)] == [-2, 2]
    order = buyer.order(order_id)
    assert (order.status, order.refunded.minor) == (Status.CONFIRMED, 8000)
    assert shop.move(order_id, "cancelled").status == 200
    assert len(stripe.refunds) == 1


def test_a_refund_that_takes_days_is_not_requested_again(
    cloud: Cloud, shop: Shop, buyer: Buyer, stripe: Stripe
) -> None:
    rival = Shop(cloud, "Board and Bowl")
    order_id = buyer.buys((shop.product(price="1.00"), 1), (rival.product(price="2.00"), 1))
    stripe.control(refund_outcome="pending")
    assert shop.move(order_id, "cancelled").status == 200
    stripe.control(forget_keys=True)
    assert rival.move(order_id, "cancelled").status == 200
    assert sorted(one["amount"] for one in stripe.refunds) == [100, 200]


def test_only_delivered_parts_allow_reviews(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    rival = Shop(cloud, "Board and Bowl")
    board, bowl = shop.product(), rival.product()
    order_id = buyer.buys((board, 1), (bowl, 1))
    shop.move(order_id, "processing", "shipped", "delivered")
    [bought] = [item for item in cloud.items("OrdersTable") if item["sk"].startswith("BOUGHT#")]
    assert (bought["pk"], bought["sk"]) == (f"USER#{buyer.id}", f"BOUGHT#{board.id}")
    assert (bought["order_id"], bought["seller_id"]) == (order_id, shop.id)
    order = buyer.order(order_id)
    assert order.due_at == order.fulfilment(shop.id).completes_at
    assert order_id in [one.id for one in order_repository().due(order.due_at)]


def test_a_seller_whose_account_is_deleted_cannot_change_a_status(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.buys((shop.product(), 1))
    remove_account(cloud, shop.id)
    assert shop.move(order_id, "processing").status == 401
    assert shop.call("add_tracking", order_id, json=ENTRY).status == 401
