"""GET /buyers/products and /buyers/products/search, in the shape of the marketplace document."""

from __future__ import annotations

import pytest

from tests.functions.cloud import LARGEST_ANSWER
from tests.functions.storefront.search.markets import Market


@pytest.fixture
def stocked(market: Market) -> Market:
    market.offers("Coffee cup", id="cup", description="Holds coffee", price="9.99", category_id="kitchen", stock=3)
    market.offers("Desk lamp", price=35, category_id="home", stock=0)
    market.offers("Odd thing", price=1)
    market.index_changes()
    return market


def names(market: Market, **query: str) -> list[str]:
    return sorted(one["name"] for one in market.browse(**query).json["products"])


def test_a_product_has_the_shape_of_the_marketplace_document(stocked: Market) -> None:
    assert stocked.browse(q="cup").json == {
        "products": [
            {
                "id": "cup",
                "name": "Coffee cup",
                "category": "Kitchen",
                "description": "Holds coffee",
                "price": 9.99,
                "currency": "USD",
                "inventory": 3,
                "seller_name": "Ann's",
            }
        ]
    }


def test_every_product_for_sale_is_listed(stocked: Market) -> None:
    assert names(stocked) == ["Coffee cup", "Desk lamp", "Odd thing"]


@pytest.mark.parametrize("category", ["kitchen", "Kitchen", " KITCHEN "])
def test_a_category_is_found_by_its_name_in_any_case(stocked: Market, category: str) -> None:
    assert names(stocked, category=category) == ["Coffee cup"]


def test_an_unknown_category_finds_products_of_the_category_other(stocked: Market) -> None:
    assert names(stocked, category="Oddities") == ["Odd thing"]


def test_words_are_searched_within_a_category(stocked: Market) -> None:
    assert names(stocked, category="home", q="lamp") == ["Desk lamp"]
    assert names(stocked, category="home", q="cup") == []


def test_the_next_page_is_linked(stocked: Market) -> None:
    answer = stocked.browse(limit="2")
    assert len(answer.json["products"]) == 2
    assert answer.headers["link"] == '</api/v1/buyers/products?limit=2&page=2>; rel="next"'
    assert "link" not in stocked.browse(limit="2", page="2").headers


def test_the_longest_descriptions_fit_into_one_answer(market: Market) -> None:
    for _ in range(100):
        market.offers("Coffee cup", description="\N{HOT BEVERAGE}" * 33_333)
    market.index_changes()
    answer = market.browse()
    assert answer.status == 200
    described = {one["description"] for one in answer.json["products"]}
    assert described == {"\N{HOT BEVERAGE}" * 4_999 + "\N{HORIZONTAL ELLIPSIS}"}
    assert len(answer.body.encode()) < LARGEST_ANSWER


def test_a_page_beyond_the_limit_is_refused(stocked: Market) -> None:
    assert stocked.browse(page="101").status == 400
