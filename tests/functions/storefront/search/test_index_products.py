"""The stream of the catalogue table, and what it does to the index."""

from __future__ import annotations

from typing import Any

import pytest

from souk.storefront.search.adapters.index.s3 import Damaged
from souk.storefront.sellers.model import Verification
from tests.functions.cloud import forget, sample
from tests.functions.storefront.search.markets import Market
from tooling.contract.template import read_template


def test_a_product_is_found_once_the_stream_told_of_it(market: Market) -> None:
    market.offers("Cup")
    assert market.titles() == []
    market.is_told()
    assert market.titles() == ["Cup"]


def test_what_changes_is_found_as_it_is_now(market: Market) -> None:
    cup = market.offers("Cup", stock=1)
    market.is_told()
    market.changes(cup, title="Mug")
    market.stocks(cup, 0, 2)
    market.is_told()
    [found] = market.search().json["data"]
    assert (found["title"], found["in_stock"]) == ("Mug", False)


@pytest.mark.parametrize("hidden", [{"is_active": False}, {"removed": True}])
def test_what_is_hidden_is_not_found(market: Market, hidden: dict[str, Any]) -> None:
    cup = market.offers("Cup")
    market.offers("Saucer")
    market.is_told()
    market.changes(cup, **hidden)
    market.is_told()
    assert market.titles() == ["Saucer"]


def test_a_suspended_shop_takes_its_products_along_and_brings_them_back(market: Market) -> None:
    bob = market.opens("bob", "Bob's")
    for number in range(40):
        market.offers(f"Cup {number}", seller_id="bob")
    market.offers("Saucer")
    market.is_told()
    assert market.search().json["pagination"]["total"] == 41
    suspended = market.changes_shop(bob, verification=Verification.SUSPENDED)
    market.is_told()
    assert market.titles() == ["Saucer"]
    market.changes_shop(suspended, verification=Verification.UNVERIFIED)
    market.is_told()
    assert market.search(seller_id="bob").json["pagination"]["total"] == 40


def test_a_shops_new_name_is_on_all_of_its_products(market: Market) -> None:
    bob = market.opens("bob", "Bob's")
    market.offers("Cup", seller_id="bob")
    market.is_told()
    market.changes_shop(bob, shop_name="Robert's")
    market.is_told()
    assert market.browse().json["products"][0]["seller_name"] == "Robert's"


def test_of_a_shops_other_changes_nothing_is_read(market: Market) -> None:
    bob = market.opens("bob", "Bob's")
    market.offers("Cup", seller_id="bob")
    market.is_told()
    market.changes_shop(bob, bio="Old things.")
    market.cloud.calls.clear()
    market.is_told()
    assert market.cloud.operations() == []


def test_where_only_verified_shops_sell_the_others_are_not_found(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(read_template()["Parameters"]["RequireVerifiedSellers"], "Default", "true")
    market.opens("bob", "Bob's", verification=Verification.VERIFIED)
    market.offers("Cup", seller_id="bob")
    market.offers("Saucer", seller_id="ann")
    market.is_told()
    assert market.titles() == ["Cup"]


def test_a_batch_may_come_twice_and_late(market: Market) -> None:
    cup = market.offers("Cup")
    first = market.stream()
    market.changes(cup, title="Mug")
    second = market.stream()
    for batch in (second, first, second):
        forget()
        market.cloud.invoke("index_products", batch)
    assert market.titles() == ["Mug"]


def test_other_items_of_the_table_are_nobodys_business(market: Market) -> None:
    market.is_told()
    market.cloud.calls.clear()
    records = [
        {"dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}}}
        for pk, sk in (("SHOP#ann", "RATING"), ("USER#ann", "PRODUCT#1"), ("PRODUCT#1", "REVIEW#1"))
    ]
    market.cloud.invoke("index_products", {"Records": records})
    assert market.cloud.operations() == []


def test_a_damaged_index_lets_the_stream_try_again(market: Market) -> None:
    market.offers("Cup")
    market.is_told()
    market.cloud.client("s3").put_object(Bucket=market.bucket, Key="index/manifest", Body=b"?")
    market.offers("Saucer")
    with pytest.raises(Damaged):
        market.is_told()


def test_the_sample_event_is_taken(market: Market) -> None:
    market.cloud.invoke("index_products", sample("index_products"))
    assert market.titles() == []
