"""orders/change_order_status with If-Match: a part that has changed since its seller saw it is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from souk.storefront.orders.model import Order, Status
from souk.storefront.orders.repository import OrderRepository
from tests.functions.cloud import Answer, Cloud
from tests.functions.storefront.orders.market import ENTRY, STEPS, Buyer, Shop


def set_status(shop: Shop, order_id: str, status: str, version: str) -> Answer:
    return shop.call("change_order_status", order_id, json={"status": status}, headers={"If-Match": version})


@pytest.mark.parametrize("wanted", ["processing", "cancelled"])
def test_with_if_match_a_part_that_has_changed_is_not_changed(
    cloud: Cloud, shop: Shop, buyer: Buyer, wanted: str
) -> None:
    order_id = buyer.places((shop.product(), 1))
    [seen] = shop.call("list_sales").json["orders"]
    buyer.has_paid(order_id)
    before = buyer.order(order_id)
    answer = set_status(shop, order_id, wanted, f'"{seen["version"]}"')
    assert (answer.status, answer.json["error"]) == (412, "lost_update")
    assert buyer.order(order_id) == before
    [now] = shop.call("list_sales").json["orders"]
    moved = set_status(shop, order_id, wanted, f'"{now["version"]}"')
    assert (moved.status, moved.headers["etag"]) == (200, f'"{moved.json["version"]}"'), moved.body
    [then] = shop.call("list_sales").json["orders"]
    assert then == moved.json
    assert then["version"] > now["version"]


def test_each_answer_has_the_etag_for_the_next_if_match(shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.buys((shop.product(), 1))
    tag = "*"
    for step in STEPS:
        answer = set_status(shop, order_id, step, tag)
        assert answer.status == 200
        again = set_status(shop, order_id, step, answer.headers["etag"])
        assert (again.status, again.headers["etag"]) == (200, answer.headers["etag"])
        tag = answer.headers["etag"]


def test_changes_of_another_sellers_part_do_not_change_ones_own_version(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    rival = Shop(cloud, "Board and Bowl")
    order_id = buyer.buys((shop.product(), 1), (rival.product(), 1))
    [seen] = shop.call("list_sales").json["orders"]
    rival.move(order_id, "processing", "shipped")
    rival.call("add_tracking", order_id, json=ENTRY)
    shop.call("add_tracking", order_id, json={"notes": "Packed tomorrow."})
    assert set_status(shop, order_id, "processing", f'"{seen["version"]}"').status == 200


def test_a_rival_between_reading_and_writing_is_not_overwritten(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, buyer: Buyer
) -> None:
    """The part is as it was read, and no more when it is written: the write finds that out, and reads again."""
    order_id = buyer.buys((shop.product(), 1))
    [seen] = shop.call("list_sales").json["orders"]
    real, rivals = OrderRepository.save, ["processing"]

    def save(repository: OrderRepository, *given: Any, **more: Any) -> Order:
        if rivals:
            assert shop.move(order_id, rivals.pop()).status == 200
        return real(repository, *given, **more)

    monkeypatch.setattr(OrderRepository, "save", save)
    answer = set_status(shop, order_id, "cancelled", f'"{seen["version"]}"')
    assert (answer.status, answer.json["error"]) == (412, "lost_update")
    assert buyer.order(order_id).status is Status.PROCESSING


@pytest.mark.parametrize("version", ["new", '"1', "1 2"])
def test_an_if_match_that_is_not_an_etag_of_this_api_is_refused(shop: Shop, buyer: Buyer, version: str) -> None:
    assert set_status(shop, buyer.buys((shop.product(), 1)), "processing", version).status == 400
