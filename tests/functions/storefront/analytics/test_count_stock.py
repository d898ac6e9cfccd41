"""Counting stock from the catalogue's stream, and recounting it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from souk.shared.errors import DependencyUnavailable
from souk.storefront.analytics import repository
from souk.storefront.analytics.model.stock import Inventory, ProductStock
from souk.storefront.catalogue.keys import owned_key
from souk.storefront.catalogue.mapping import from_product, from_stock
from souk.storefront.catalogue.model import Stock
from souk.storefront.sellers.mapping import from_shop
from souk.storefront.sellers.model import Shop, Verification
from tests.functions.cloud import Cloud, sample
from tests.functions.storefront.analytics.sellers import (
    CatalogueStream,
    change,
    count_stock,
    counters,
    empty,
    inventory,
    owned,
    product,
    put,
    recount,
    stock,
)
from tests.functions.storefront.catalogue.merchants import Merchant
from tests.unit.storefront.analytics.paid_orders import ANA, BEA, NOW

SELLER = "01890000-0000-7000-8000-00000000000a"


def versions(product_id: str = "p1", seller_id: str = ANA) -> list[dict[str, Any]]:
    """Records of a product: created with 5, all sold, 2 returned, renamed, removed, and relisted with 9."""
    made = product(seller_id, product_id)
    renamed = replace(made, title="Brass lamp", version=2)
    removed = replace(renamed, removed=True, version=3)
    products = [from_product(one) for one in (made, renamed, removed, replace(removed, removed=False, version=4))]
    left = [from_stock(Stock(product_id, available, number)) for number, available in enumerate((5, 0, 2, 9), start=1)]
    return [
        change(None, products[0]),
        change(None, left[0]),
        change(left[0], left[1]),
        change(left[1], left[2]),
        change(products[0], products[1]),
        change(products[1], products[2]),
        change(left[2], left[3]),
        change(products[2], products[3]),
    ]


def test_the_sample_records_are_a_product_of_which_one_was_sold(cloud: Cloud) -> None:
    for _ in range(2):
        cloud.invoke("count_stock", sample("count_stock"))
    assert inventory(cloud, SELLER) == Inventory(1, 2, 0)


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        (1, Inventory()),
        (2, Inventory(1, 5, 0)),
        (3, Inventory(1, 0, 1)),
        (4, Inventory(1, 2, 0)),
        (5, Inventory(1, 2, 0)),
        (6, Inventory()),
        (7, Inventory()),
        (8, Inventory(1, 9, 0)),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_product_counts_with_its_remaining_stock_while_it_is_in_the_shop(
    cloud: Cloud, delivered: int, expected: Inventory, at_once: bool
) -> None:
    records = versions()[:delivered]
    for batch in [records] if at_once else [[one] for one in records]:
        count_stock(cloud, batch)
    assert inventory(cloud, ANA) == expected


def test_inventories_match_what_sellers_do_through_the_api(cloud: Cloud) -> None:
    """Through the catalogue's own functions: after every write the figures match the seller's list of products."""
    ann, bob = Merchant(cloud, "ann@example.com"), Merchant(cloud, "bob@example.com")
    stream = CatalogueStream(cloud)

    def counted() -> list[Inventory]:
        count_stock(cloud, stream.new_records())
        figures = [inventory(cloud, one.id) for one in (ann, bob)]
        assert figures == [owned(cloud, one.id) for one in (ann, bob)]
        return figures

    assert counted() == [Inventory(), Inventory()]
    lamp, chair, spare = ann.offers(stock_quantity=5), ann.offers(stock_quantity=0), bob.offers(stock_quantity=7)
    assert counted() == [Inventory(2, 5, 1), Inventory(1, 7, 0)]
    ann.on("adjust_stock", lamp, json={"delta": -5, "reason": "Broken."})
    bob.on("update_product", spare, json={"stock_quantity": 2, "title": "Spare part"})
    assert counted() == [Inventory(2, 0, 2), Inventory(1, 2, 0)]
    ann.on("update_product", chair, json={"is_active": False})
    assert counted() == [Inventory(2, 0, 2), Inventory(1, 2, 0)]
    for merchant, one in ((ann, chair), (bob, spare)):
        assert merchant.on("delete_product", one).status == 204
    assert counted() == [Inventory(1, 0, 1), Inventory()]


@pytest.mark.parametrize("seed", range(10))
def test_records_delivered_twice_and_out_of_order_count_once(cloud: Cloud, seed: int) -> None:
    records = [*versions("p1"), *versions("p2", BEA)[:6], *versions("p3")[:3]]
    count_stock(cloud, records)
    expected = counters(cloud)
    assert (inventory(cloud, ANA), inventory(cloud, BEA)) == (Inventory(2, 9, 1), Inventory())
    empty(cloud)
    chance, shuffled = Random(seed), records * 2
    chance.shuffle(shuffled)
    while shuffled:
        size = chance.randint(1, 4)
        count_stock(cloud, shuffled[:size])
        del shuffled[:size]
    # A seller whose product was seen as removed first may have no figures instead of zeros.
    assert {key: kept for key, kept in counters(cloud).items() if kept} == {
        key: kept for key, kept in expected.items() if kept
    }


def test_more_products_than_one_read_takes_are_counted(cloud: Cloud) -> None:
    records = []
    for number in range(101):
        one = f"p{number:03}"
        records += [change(None, from_product(product(ANA, one))), change(None, from_stock(Stock(one, number, 1)))]
    count_stock(cloud, records)
    assert inventory(cloud, ANA) == Inventory(101, 5050, 1)


def test_a_batch_that_failed_half_way_is_counted_once_when_it_is_delivered_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [record for number in range(4) for record in versions(f"p{number}")]
    replace_stock, calls = repository.StockRepository.replace, 0

    def fails_after_its_effect(stocks: repository.StockRepository, before: ProductStock, after: ProductStock) -> None:
        nonlocal calls
        calls += 1
        replace_stock(stocks, before, after)
        if calls == 2:
            raise ConnectionError("The answer was lost.")

    with monkeypatch.context() as broken:
        broken.setattr(repository.StockRepository, "replace", fails_after_its_effect)
        with pytest.raises(ConnectionError):
            count_stock(cloud, records)
    assert inventory(cloud, ANA) == Inventory(2, 18, 0)
    count_stock(cloud, records)
    assert inventory(cloud, ANA) == Inventory(4, 36, 0)


def test_a_change_is_one_read_and_one_transaction_of_snapshot_and_inventory(cloud: Cloud) -> None:
    count_stock(cloud, versions()[:2])
    cloud.calls.clear()
    count_stock(cloud, versions()[2:4])
    read, write = cloud.calls
    assert (read.operation, write.operation) == ("BatchGetItem", "TransactWriteItems")
    assert [next(iter(one)) for one in write.request["TransactItems"]] == ["Put", "Update"]


def test_a_change_of_anything_but_stock_reads_and_writes_nothing(cloud: Cloud) -> None:
    [*_, renamed] = versions()[:5]
    shop = {"pk": "SHOP#ana", "sk": "SHOP", "id": ANA}
    gone = versions()[0]["dynamodb"]
    gone["OldImage"] = gone.pop("NewImage")
    count_stock(cloud, [renamed, change(None, shop), change(None, owned_key(ANA, "p1")), {"dynamodb": gone}])
    assert cloud.calls == []


# Others at the same time ---------------------------------------------------------------------------------------------


def _meanwhile(monkeypatch: pytest.MonkeyPatch, times: int, act: Callable[[int], object]) -> None:
    """Before each of the first `times` writes of a snapshot, `act` runs with its number."""
    replace_stock, calls = repository.StockRepository.replace, 0

    def interrupted(stocks: repository.StockRepository, before: ProductStock, after: ProductStock) -> None:
        nonlocal calls
        calls += 1
        if calls <= times:
            number, calls = calls, times + 1  # writes of `act` itself are not interrupted
            act(number)
            calls = number
        replace_stock(stocks, before, after)

    monkeypatch.setattr(repository.StockRepository, "replace", interrupted)


def test_a_recount_overtaken_by_the_stream_restores_no_older_state(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recount has read the table; before it writes, the stream delivers later changes."""
    records = versions()
    put(cloud, "CatalogueTable", from_product(product(ANA, "p1")))
    put(cloud, "CatalogueTable", from_stock(Stock("p1", 5, 1)))
    _meanwhile(monkeypatch, 1, lambda _: count_stock(cloud, records[:4]))
    [answer] = recount(cloud, "rebuild_inventory")
    assert (answer, inventory(cloud, ANA)) == ({"products": 1, "counted": 0, "following": None}, Inventory(1, 2, 0))


def test_the_stream_overtaken_by_a_recount_restores_no_older_state(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = versions()
    stock(cloud, ANA, "p1", 5)
    put(cloud, "CatalogueTable", from_stock(Stock("p1", 2, 3)))
    _meanwhile(monkeypatch, 1, lambda _: recount(cloud, "rebuild_inventory"))
    count_stock(cloud, records[2:3])
    assert inventory(cloud, ANA) == Inventory(1, 2, 0)
    count_stock(cloud, records[3:4])
    assert inventory(cloud, ANA) == Inventory(1, 2, 0)


def test_stock_that_changes_at_every_attempt_fails_and_is_counted_when_delivered_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(cloud, ANA, "p1", 5)
    removed = change(
        from_product(product(ANA, "p1")), from_product(replace(product(ANA, "p1"), removed=True, version=2))
    )

    def sells(number: int) -> None:
        count_stock(cloud, [change(None, from_stock(Stock("p1", 5 + number, 1 + number)))])

    with monkeypatch.context() as busy:
        _meanwhile(busy, 8, sells)
        with pytest.raises(DependencyUnavailable):
            count_stock(cloud, [removed])
    assert inventory(cloud, ANA) == Inventory(1, 13, 0)
    count_stock(cloud, [removed])
    assert inventory(cloud, ANA) == Inventory()


# Recounting ----------------------------------------------------------------------------------------------------------


def _some(cloud: Cloud) -> None:
    """Two sellers' products, one of them removed, among other items of the catalogue."""
    for number in range(5):
        stock(cloud, ANA, f"p{number}", number)
    stock(cloud, BEA, "p9", 7)
    gone = replace(product(BEA, "p8"), removed=True, version=2)
    put(cloud, "CatalogueTable", from_product(gone))
    put(cloud, "CatalogueTable", from_stock(Stock("p8", 3, 1)))
    put(cloud, "CatalogueTable", {"pk": "PRODUCT#p1", "sk": "RATING", "sum": 5, "count": 1, "version": 1})
    put(cloud, "CatalogueTable", {"pk": "SHOP#ana", "sk": "SHOP", "id": ANA})
    count_stock(cloud, [change(None, from_product(gone)), change(None, from_stock(Stock("p8", 3, 1)))])


def test_a_recount_of_lost_figures_gives_the_same_sums(cloud: Cloud) -> None:
    _some(cloud)
    counted = counters(cloud)
    assert (inventory(cloud, ANA), inventory(cloud, BEA)) == (Inventory(5, 10, 1), Inventory(1, 7, 0))
    empty(cloud)
    assert recount(cloud, "rebuild_inventory") == [{"products": 7, "counted": 6, "following": None}]
    assert counters(cloud) == counted


def test_a_recount_of_correct_figures_writes_nothing(cloud: Cloud) -> None:
    _some(cloud)
    counted = counters(cloud)
    cloud.calls.clear()
    assert [answer["counted"] for answer in recount(cloud, "rebuild_inventory")] == [0]
    assert {call.operation for call in cloud.calls} == {"Scan", "BatchGetItem"}
    assert counters(cloud) == counted


def test_a_recount_counts_records_that_the_stream_lost_and_the_stream_does_not_count_them_again(cloud: Cloud) -> None:
    records = versions()
    count_stock(cloud, records[:3])
    put(cloud, "CatalogueTable", from_product(replace(product(ANA, "p1"), version=4)))
    put(cloud, "CatalogueTable", from_stock(Stock("p1", 9, 4)))
    assert [answer["counted"] for answer in recount(cloud, "rebuild_inventory")] == [1]
    assert inventory(cloud, ANA) == Inventory(1, 9, 0)
    counted = counters(cloud)
    count_stock(cloud, records)
    assert counters(cloud) == counted


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_recount_continues_where_its_last_call_ended(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Also between a product and its stock."""
    _some(cloud)
    counted = counters(cloud)
    empty(cloud)
    monkeypatch.setattr(repository, "_PAGE", size)
    answers = recount(cloud, "rebuild_inventory")
    assert len(answers) > 1
    assert (sum(answer["products"] for answer in answers), sum(answer["counted"] for answer in answers)) == (7, 6)
    assert counters(cloud) == counted


def test_the_sample_event_recounts(cloud: Cloud) -> None:
    put(cloud, "CatalogueTable", from_product(product(ANA, "p1")))
    put(cloud, "CatalogueTable", from_stock(Stock("p1", 4, 1)))
    answer = cloud.invoke("rebuild_inventory", sample("rebuild_inventory"))
    assert (answer, inventory(cloud, ANA)) == ({"products": 1, "counted": 1, "following": None}, Inventory(1, 4, 0))


def test_a_failing_orders_table_keeps_no_counter_from_moving(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked after the counters, and only when a shop was suspended."""
    before = Shop(ANA, "Shop", Verification.UNVERIFIED, 1, NOW, NOW)
    suspended = change(from_shop(before), from_shop(replace(before, verification=Verification.SUSPENDED)))

    def fails() -> None:
        raise DependencyUnavailable("no orders table")

    monkeypatch.setattr("souk.wiring.orders.order_repository", fails)
    count_stock(cloud, versions())
    counted = counters(cloud)
    assert counted
    empty(cloud)
    with pytest.raises(DependencyUnavailable):
        count_stock(cloud, [suspended, *versions()])
    assert counters(cloud) == counted
