"""Indexing products from the stream of the catalogue table."""

from __future__ import annotations

from typing import Any

import pytest

from souk.storefront.search.adapters.index.s3 import Damaged
from souk.storefront.sellers.model import Verification
from tests.functions.cloud import forget, sample
from tests.functions.storefront.search.markets import Market
from tooling.contract.template import read_template


def test_a_product_is_found_once_the_stream_has_delivered_it(market: Market) -> None:
    market.offers("Cup")
    assert market.titles() == []
    market.index_changes()
    assert market.titles() == ["Cup"]


def test_a_changed_product_is_found_in_its_current_state(market: Market) -> None:
    cup = market.offers("Cup", stock=1)
    market.index_changes()
    market.changes(cup, title="Mug")
    market.stocks(cup, 0, 2)
    market.index_changes()
    [found] = market.search().json["data"]
    assert (found["title"], found["in_stock"]) == ("Mug", False)


@pytest.mark.parametrize("hidden", [{"is_active": False}, {"removed": True}])
def test_a_hidden_product_is_not_found(market: Market, hidden: dict[str, Any]) -> None:
    cup = market.offers("Cup")
    market.offers("Saucer")
    market.index_changes()
    market.changes(cup, **hidden)
    market.index_changes()
    assert market.titles() == ["Saucer"]


def test_products_of_a_suspended_shop_disappear_and_return_with_it(market: Market) -> None:
    bob = market.opens("bob", "Bob's")
    for number in range(40):
        market.offers(f"Cup {number}", seller_id="bob")
    market.offers("Saucer")
    market.index_changes()
    assert market.search().json["pagination"]["total"] == 41
    suspended = market.changes_shop(bob, verification=Verification.SUSPENDED)
    market.index_changes()
    assert market.titles() == ["Saucer"]
    market.changes_shop(suspended, verification=Verification.UNVERIFIED)
    market.index_changes()
    assert market.search(seller_id="bob").json["pagination"]["total"] == 40


def test_a_shops_new_name_is_on_all_of_its_products(market: Market) -> None:
    bob = market.opens("bob", "Bob's")
    market.offers("Cup", seller_id="bob")
    market.index_changes()
    market.changes_shop(bob, shop_name="Robert's")
    market.index_changes()
    assert market.browse().json["products"][0]["seller_name"] == "Robert's"


def test_other_changes_of_a_shop_read_nothing(market: Market) -> None:
    bob = market.opens("bob", "Bob's")
    market.offers("Cup", seller_id="bob")
    market.index_changes()
    market.changes_shop(bob, bio="Old things.")
    market.cloud.calls.clear()
    market.index_changes()
    assert market.cloud.operations() == []


def test_products_of_unverified_shops_are_not_found_where_verification_is_required(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(read_template()["Parameters"]["RequireVerifiedSellers"], "Default", "true")
    market.opens("bob", "Bob's", verification=Verification.VERIFIED)
    market.offers("Cup", seller_id="bob")
    market.offers("Saucer", seller_id="ann")
    market.index_changes()
    assert market.titles() == ["Cup"]


def test_a_batch_may_be_delivered_twice_and_late(market: Market) -> None:
    cup = market.offers("Cup")
    first = market.stream()
    market.changes(cup, title="Mug")
    second = market.stream()
    for batch in (second, first, second):
        forget()
        market.cloud.invoke("index_products", batch)
    assert market.titles() == ["Mug"]


def test_other_items_of_the_table_are_ignored(market: Market) -> None:
    market.index_changes()
    market.cloud.calls.clear()
    records = [
        {"dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}}}
        for pk, sk in (("SHOP#ann", "RATING"), ("USER#ann", "PRODUCT#1"), ("PRODUCT#1", "REVIEW#1"))
    ]
    market.cloud.invoke("index_products", {"Records": records})
    assert market.cloud.operations() == []


def test_a_damaged_index_fails_the_batch_so_that_the_stream_delivers_it_again(market: Market) -> None:
    market.offers("Cup")
    market.index_changes()
    market.cloud.client("s3").put_object(Bucket=market.bucket, Key="index/manifest", Body=b"?")
    market.offers("Saucer")
    with pytest.raises(Damaged):
        market.index_changes()


def test_the_sample_event_is_indexed(market: Market) -> None:
    market.cloud.invoke("index_products", sample("index_products"))
    assert market.titles() == []
