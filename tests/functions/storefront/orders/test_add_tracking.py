"""add_tracking"""

from __future__ import annotations

import pytest

from souk.storefront.orders.model import Status
from souk.wiring.orders import order_repository
from tests.functions.cloud import Answer, Cloud
from tests.functions.storefront.orders.market import ENTRY, Buyer, Shop


def test_tracking_can_be_added_with_or_without_a_status(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.buys((shop.product(), 1))
    shop.move(order_id, "processing")
    added = shop.call("add_tracking", order_id, json={"status": "shipped", **ENTRY})
    assert (added.status, added.json["status"], added.json["location"]) == (201, "shipped", "Leeds")
    more = shop.call("add_tracking", order_id, json={"location": "New York"})
    assert (more.status, more.json["status"], more.json["carrier"]) == (201, "shipped", None)
    order = buyer.order(order_id)
    part = order.fulfilment(shop.id)
    assert (part.status, part.carrier, part.tracking_number) == (Status.SHIPPED, "Royal Mail", "AB1")
    [sale] = shop.call("list_sales").json["orders"]
    assert (sale["carrier"], sale["tracking_number"]) == ("Royal Mail", "AB1")


def test_a_repeated_call_adds_one_entry(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    order_id = buyer.buys((shop.product(), 1))
    shop.move(order_id, "processing")
    body = {"status": "shipped", **ENTRY}
    first, again = (shop.call("add_tracking", order_id, json=body, key="once") for _ in range(2))
    assert (again.status, again.json) == (201, first.json)
    assert again.headers["idempotent-replayed"] == "true"
    _, entries = order_repository().get_tracked(buyer.id, order_id)
    assert [entry.id for entry in entries] == [first.json["id"]]
    other = shop.call("add_tracking", order_id, json={"location": "Hull"}, key="once")
    assert (other.status, other.json["error"]) == (422, "idempotency_key_reused")


def test_a_malformed_entry_is_refused_with_the_fields_at_fault(shop: Shop) -> None:
    cases: list[tuple[dict[str, object], str]] = [
        ({}, "body"),
        ({"location": "", "carrier": " "}, "body"),
        ({"location": "a\nb"}, "location"),
        ({"notes": "x" * 501}, "notes"),
        ({"carrier": 5}, "carrier"),
        ({"tracking_number": "x" * 101}, "tracking_number"),
        ({"status": "lost"}, "status"),
    ]
    answers = [(body, shop.call("add_tracking", "an-order", json=body)) for body, _ in cases]
    refused = [(body, answer.status, [one["field"] for one in answer.json["errors"]]) for body, answer in answers]
    assert refused == [(body, 400, [field]) for body, field in cases]


def test_each_seller_has_its_own_share_of_the_entries(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    """Of the five that an order holds here each of two sellers has two: the first to come does not take them all."""
    monkeypatch.setattr("souk.storefront.orders.model.fulfilment.MOST_TRACKED", 5)
    rival = Shop(cloud, "Board and Bowl")
    order_id = buyer.buys((shop.product(), 1), (rival.product(), 1))

    def add(seller: Shop, key: str) -> Answer:
        return seller.call("add_tracking", order_id, json={"location": "Leeds"}, key=key)

    answers = [add(seller, str(number)) for seller in (shop, rival) for number in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 409] * 2
    assert {answer.json["error"] for answer in answers if answer.status == 409} == {"too_much_tracking"}
    _, entries = order_repository().get_tracked(buyer.id, order_id)
    assert [entry.seller_id for entry in entries] == [shop.id] * 2 + [rival.id] * 2
    repeated = add(shop, "1")
    assert (repeated.status, repeated.json) == (201, answers[1].json)


def test_the_only_seller_of_an_order_can_add_all_entries(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    monkeypatch.setattr("souk.storefront.orders.model.fulfilment.MOST_TRACKED", 2)
    order_id = buyer.buys((shop.product(), 1))
    answers = [shop.call("add_tracking", order_id, json={"location": place}) for place in ("Leeds", "Hull", "York")]
    assert [answer.status for answer in answers] == [201, 201, 409]
    assert "2 times" in answers[-1].json["detail"]
