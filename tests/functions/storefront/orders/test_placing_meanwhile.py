"""POST /orders: what changes between the reading of a basket and the writing of its order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from souk.storefront.orders.service.placing import BasketReader
from tests.functions.cloud import Cloud
from tests.functions.storefront.orders.market import Buyer, Shop, refused, stock_of, untouched
from tests.functions.storefront.sellers.shops import decide, operator


class Meanwhile:
    """Does something after each of the first readings of a basket, before the order is written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any], times: int = 1) -> None:
        real, self.readings = BasketReader.read, 0

        def read(reader: BasketReader, *given: Any, **more: Any) -> Any:
            basket = real(reader, *given, **more)
            self.readings += 1
            if self.readings <= times:
                act()
            return basket

        monkeypatch.setattr(BasketReader, "read", read)


def test_a_price_that_changes_meanwhile_is_read_again(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, buyer: Buyer
) -> None:
    board = shop.product(price="40.00")
    meanwhile = Meanwhile(monkeypatch, lambda: shop.edit(board, price=replace(board.price, amount=Decimal("45.00"))))
    placed = buyer.call("place_order", json=buyer.wants((board, 1)))
    assert (placed.status, placed.json["total"], meanwhile.readings) == (201, 45.0, 2)


def test_a_product_hidden_meanwhile_is_not_sold(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    board = shop.product()
    Meanwhile(monkeypatch, lambda: shop.edit(board, is_active=False))
    refused(buyer.call("place_order", json=buyer.wants((board, 1))), 409, "product_unavailable")
    untouched(cloud, board)


def test_a_product_that_changes_on_every_attempt_is_not_sold(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    products = [shop.product()]
    meanwhile = Meanwhile(monkeypatch, lambda: products.append(shop.edit(products[-1])), times=9)
    answer = buyer.call("place_order", json=buyer.wants((products[0], 1)))
    assert (answer.status, answer.headers["retry-after"], meanwhile.readings) == (503, "1", 8)
    untouched(cloud, products[0])


def test_a_shop_suspended_meanwhile_does_not_sell(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    board, who = shop.product(), operator(cloud)
    Meanwhile(monkeypatch, lambda: decide(cloud, who, shop.id, "suspend"))
    refused(buyer.call("place_order", json=buyer.wants((board, 1))), 409, "shop_suspended")
    untouched(cloud, board)


def test_stock_sold_meanwhile_is_not_sold_twice(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, shop: Shop, buyer: Buyer
) -> None:
    board, rival = shop.product(stock=3), Buyer(cloud, buyer.stripe, "amy@example.com")
    Meanwhile(monkeypatch, lambda: rival.places((board, 2)))
    answer = buyer.call("place_order", json=buyer.wants((board, 2)))
    refused(answer, 409, "insufficient_inventory", product_id=board.id, available=1)
    assert stock_of(cloud, board) == 1
