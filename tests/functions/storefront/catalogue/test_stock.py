"""How many there are: counted again, or moved, and never below none."""

from __future__ import annotations

from typing import Any

import pytest

from souk.shared.clock import new_id, utc_now
from souk.storefront.catalogue.mapping import return_units, take_units
from souk.storefront.catalogue.model import InsufficientInventory
from souk.storefront.catalogue.repository import ProductRepository
from souk.wiring import storage
from tests.functions.cloud import Cloud
from tests.functions.storefront.catalogue.merchants import Merchant, movements, seen

ORDER = "01890000-0000-7000-8000-0000000000ee"


def order_takes(cloud: Cloud, product_id: str, quantity: int) -> None:
    table = cloud.physical["CatalogueTable"]
    storage.tables().commit(*take_units(table, product_id, quantity, ORDER, new_id(), utc_now()))


# Moved ---------------------------------------------------------------------------------------------------------------


def test_units_are_added_and_removed_with_a_reason(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(stock_quantity=5)
    came = bea.on("adjust_stock", product, json={"delta": 3, "reason": "Found more"})
    assert came.status == 200
    expected = {"product_id": product, "stock_quantity": 8, "in_stock": True, "delta": 3, "reason": "Found more"}
    assert {name: came.json[name] for name in expected} == expected
    went = bea.on("adjust_stock", product, json={"delta": -8, "reason": "Broken"})
    assert (went.json["stock_quantity"], went.json["in_stock"]) == (0, False)
    assert movements(cloud, product) == [(5, "created"), (3, "adjusted"), (-8, "adjusted")]
    assert seen(cloud, product).json["in_stock"] is False


def test_stock_never_falls_below_zero(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(stock_quantity=2)
    answer = bea.on("adjust_stock", product, json={"delta": -3, "reason": "Broken"})
    assert (answer.status, answer.json["error"]) == (409, "insufficient_inventory")
    assert (answer.json["product_id"], answer.json["available"]) == (product, 2)
    assert movements(cloud, product) == [(2, "created")]


def test_a_movement_repeated_under_its_key_is_made_once(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(stock_quantity=5)
    first = bea.on("adjust_stock", product, key="once")
    order_takes(cloud, product, 1)
    again = bea.on("adjust_stock", product, key="once")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json == {**first.json, "stock_quantity": 7}
    assert [delta for delta, _ in movements(cloud, product)] == [5, 3, -1]


@pytest.mark.parametrize(
    "body",
    [
        {"delta": 0, "reason": "x"},
        {"delta": 1.5, "reason": "x"},
        {"delta": "1", "reason": "x"},
        {"delta": 1_000_001, "reason": "x"},
        {"delta": 1},
        {"delta": 1, "reason": ""},
        {"delta": 1, "reason": "two\nlines"},
        {"reason": "x"},
    ],
    ids=str,
)
def test_a_bad_movement_is_refused(cloud: Cloud, bea: Merchant, body: dict[str, Any]) -> None:
    product = bea.offers()
    answer = bea.on("adjust_stock", product, json=body)
    assert (answer.status, bool(answer.json["errors"])) == (400, True)
    assert len(movements(cloud, product)) == 1


# Counted again -------------------------------------------------------------------------------------------------------


def test_setting_the_stock_stores_the_difference_as_a_movement(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(stock_quantity=5)
    assert bea.on("update_product", product, json={"stock_quantity": 3}).json["stock_quantity"] == 3
    assert bea.on("update_product", product, json={"stock_quantity": 10}).json["stock_quantity"] == 10
    assert movements(cloud, product) == [(5, "created"), (-2, "set"), (7, "set")]


def test_setting_the_stock_with_if_match_is_refused_after_an_order(cloud: Cloud, bea: Merchant) -> None:
    product = bea.offers(stock_quantity=5)
    tag = seen(cloud, product).headers["etag"]
    order_takes(cloud, product, 2)
    assert bea.on("update_product", product, json={"stock_quantity": 9}, if_match=tag).status == 412
    assert seen(cloud, product).json["stock_quantity"] == 3
    assert bea.on("update_product", product, json={"stock_quantity": 9}).json["stock_quantity"] == 9


def test_setting_the_stock_accounts_for_an_order_that_comes_between(
    cloud: Cloud, bea: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is counted is what there is: no unit of the order is counted twice, or lost in the movements."""
    product = bea.offers(stock_quantity=5)
    save = ProductRepository.save

    def interrupted(repository: ProductRepository, *given: Any, **more: Any) -> Any:
        monkeypatch.setattr(ProductRepository, "save", save)
        order_takes(cloud, product, 2)
        return save(repository, *given, **more)

    monkeypatch.setattr(ProductRepository, "save", interrupted)
    assert bea.on("update_product", product, json={"stock_quantity": 4}).json["stock_quantity"] == 4
    assert movements(cloud, product) == [(5, "created"), (-2, "order_placed"), (1, "set")]


# By orders -----------------------------------------------------------------------------------------------------------


def test_an_order_takes_units_and_returns_them(cloud: Cloud, bea: Merchant) -> None:
    product, table = bea.offers(stock_quantity=5), cloud.physical["CatalogueTable"]
    version = seen(cloud, product).json["version"]
    order_takes(cloud, product, 5)
    assert seen(cloud, product).json["stock_quantity"] == 0
    with pytest.raises(InsufficientInventory) as refused:
        order_takes(cloud, product, 1)
    assert refused.value.extra == {"product_id": product, "available": 0}
    storage.tables().commit(*return_units(table, product, 5, ORDER, new_id(), utc_now()))
    shown = seen(cloud, product).json
    assert (shown["stock_quantity"], shown["version"]) == (5, version + 2)
    assert movements(cloud, product) == [(5, "created"), (-5, "order_placed"), (5, "order_returned")]


def test_units_of_an_unknown_product_cannot_be_taken(cloud: Cloud) -> None:
    with pytest.raises(InsufficientInventory):
        order_takes(cloud, "nothing", 1)
