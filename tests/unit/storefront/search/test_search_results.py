"""The products that a search finds, their order, and its counts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.storefront.search.model import Facets, PriceRange, ProductQuery, Sort
from tests.unit.storefront.search.search_worlds import BEGIN, World, a_product

# Words ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(world: World) -> World:
    world.sell(
        a_product("1", "Nike Air Jordan", description="Red running shoes, size 42", category_id="shoes", price=150),
        a_product("2", "Café cup", description="Holds coffee", category_id="kitchen", price=9),
        a_product("3", "Coffee grinder", description="Ceramic, for a cup or two", category_id="kitchen", price=60),
        a_product("4", "Desk lamps", description="Two of oak", category_id="home", price=35),
        a_product("5", "東京 poster", description="Art of the city", category_id="art", price=20),
    )
    return world


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("nike", ["Nike Air Jordan"]),
        ("NIKE  jordan", ["Nike Air Jordan"]),
        ("cafe", ["Café cup"]),
        ("lamp", ["Desk lamps"]),
        ("run", ["Nike Air Jordan"]),
        ("the nike", ["Nike Air Jordan"]),
        ("nike lamp", []),
        ("東京", ["東京 poster"]),
        ("東", ["東京 poster"]),
    ],
)
def test_every_word_has_to_be_found_as_it_is_or_by_its_stem(shop: World, text: str, titles: list[str]) -> None:
    assert shop.titles(text) == titles


def test_a_word_in_the_title_counts_more_than_one_in_the_description(shop: World) -> None:
    assert shop.titles("coffee") == ["Coffee grinder", "Café cup"]
    assert shop.titles("cup") == ["Café cup", "Coffee grinder"]


@pytest.mark.parametrize("text", ["cofee", "cofffee", "coffe", "cpffee", "ocffee", "cofee grinder"])
def test_one_letter_may_be_wrong_in_a_word_that_no_product_has(shop: World, text: str) -> None:
    assert "Coffee grinder" in shop.titles(text)


@pytest.mark.parametrize("text", ["cofe grinder", "cip holds", "xir jordan"])
def test_two_wrong_letters_or_one_in_a_short_word_find_nothing(shop: World, text: str) -> None:
    assert shop.titles(text) == []


def test_a_word_that_products_have_finds_no_similar_words(world: World) -> None:
    world.sell(a_product("1", "Shirt"), a_product("2", "Skirt"))
    assert world.titles("skirt") == ["Skirt"]


@pytest.mark.parametrize("text", ["jor", "nike jo", "grind", "grnid"])
def test_the_last_word_may_be_unfinished(shop: World, text: str) -> None:
    assert len(shop.titles(text)) == 1


def test_no_word_but_the_last_may_be_unfinished(shop: World) -> None:
    assert shop.titles("jor nike") == []


def test_a_text_of_stop_words_only_searches_for_them(shop: World) -> None:
    assert sorted(shop.titles("of the")) == ["東京 poster"]


@pytest.mark.parametrize("text", ["", "   ", "?!", "'"])
def test_a_text_without_words_finds_nothing(shop: World, text: str) -> None:
    assert shop.titles(text) == []


@pytest.fixture(scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(Path(tmp_path_factory.mktemp("world")))
    world.sell(a_product("1", "Nike Air Jordan", description="Red"), a_product("2", "Café cup"))
    return world


@given(
    text=st.text(max_size=60)
    | st.lists(
        st.sampled_from([*'":()[]{}^~*?\\/+-!&|<>', " AND ", "title:", "nike", "é", "\0", "\ud83d", "\u202e"])
    ).map("".join),
    sort=st.sampled_from(Sort),
)
def test_no_text_is_an_error(one_shop: World, text: str, sort: Sort) -> None:
    found = one_shop.search(text, sort=sort, facets=True)
    assert found.total == len(found.products) <= 2


# Filters --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def market(world: World) -> World:
    world.sell(
        a_product("a", "A", seller_id="ann", category_id="home", price="9.99", rating=(5, 4), available=3),
        a_product("b", "B", seller_id="ann", category_id="art", price="10.00", rating=(4, 4), available=0),
        a_product("c", "C", seller_id="bob", category_id="home", price="10.01", rating=(4, 5, 4), available=1),
        a_product("d", "D", seller_id="bob", category_id="art", price="2000", available=2),
    )
    return world


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({}, "ABCD"),
        ({"seller_id": "ann"}, "AB"),
        ({"seller_id": "nobody"}, ""),
        ({"category_id": "home"}, "AC"),
        ({"min_price": Decimal(10)}, "BCD"),
        ({"max_price": Decimal(10)}, "AB"),
        ({"max_price": Decimal("10.0099")}, "AB"),
        ({"min_price": Decimal("9.9901"), "max_price": Decimal("10.01")}, "BC"),
        ({"min_price": Decimal(11), "max_price": Decimal(10)}, ""),
        ({"min_rating": Decimal("4.5")}, "A"),
        ({"min_rating": Decimal(4)}, "ABC"),
        ({"min_rating": Decimal("4.34")}, "A"),
        ({"min_rating": Decimal(0)}, "ABCD"),
        ({"in_stock": True}, "ACD"),
        ({"seller_id": "bob", "category_id": "home", "in_stock": True, "text": "c"}, "C"),
    ],
)
def test_filters_decide_which_products_are_found(market: World, asked: dict[str, Any], titles: str) -> None:
    found = market.search(**asked)
    assert "".join(sorted(one.title for one in found.products)) == titles
    assert found.total == len(titles)


def test_a_filter_does_not_change_the_relevance(world: World) -> None:
    world.sell(
        a_product("1", "Red cup", category_id="home"),
        *(a_product(f"x{number}", "Other thing", category_id="art") for number in range(20)),
        a_product("2", "Cup cup", category_id="art"),
    )
    assert world.titles("cup") == ["Cup cup", "Red cup"]
    assert world.titles("cup", min_price=Decimal(1), in_stock=True) == ["Cup cup", "Red cup"]


# Orders ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        (Sort.PRICE_ASC, "ABCD"),
        (Sort.PRICE_DESC, "DCBA"),
        (Sort.NEWEST, "DCBA"),
        (Sort.RATING, "ACBD"),
        (Sort.RELEVANCE, "DCBA"),
    ],
)
def test_each_sort_has_its_order(market: World, sort: Sort, titles: str) -> None:
    assert "".join(market.titles(sort=sort)) == titles


def test_between_equal_means_the_one_of_more_reviews_is_first(world: World) -> None:
    world.sell(a_product("1", "one", rating=(5,)), a_product("3", "three", rating=(5, 5, 5)), a_product("0", "none"))
    assert world.titles(sort=Sort.RATING) == ["three", "one", "none"]


def test_prices_of_all_currencies_compare_as_numbers(world: World) -> None:
    world.sell(
        a_product("1", "yen", price=1000, currency="JPY"),
        a_product("2", "dollars", price="999.99"),
        a_product("3", "dinars", price="1000.001", currency="KWD"),
    )
    assert world.titles(sort=Sort.PRICE_ASC) == ["dollars", "yen", "dinars"]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("text", [None, "cup"])
def test_pages_hold_every_product_once_even_after_many_writes(world: World, sort: Sort, text: str | None) -> None:
    """Price, time, rating and title are all equal: the tie-breaker has to survive new segments and merges."""
    alike = [a_product(f"{number:03}", "Cup", created_at=BEGIN) for number in range(60)]
    world.sell(*alike)
    first = [one.id for one in world.search(text, sort=sort, limit=60).products]
    for some in (alike[10:20], alike[40:], alike[:5]):
        world.sell(*some)
    paged = [one.id for page in range(1, 5) for one in world.search(text, sort=sort, limit=15, page=page).products]
    assert paged == first
    assert sorted(paged) == [one.id for one in alike]


def test_the_total_is_exact_on_every_page(world: World) -> None:
    world.sell(*(a_product(f"{number:03}", "Cup") for number in range(45)))
    assert [(len(found.products), found.total) for page in (1, 3, 4) for found in [world.search("cup", page=page)]] == [
        (20, 45),
        (5, 45),
        (0, 45),
    ]


def test_newest_sorts_by_the_time_of_creation(world: World) -> None:
    later = BEGIN + timedelta(milliseconds=1)
    world.sell(a_product("1", "later", created_at=later), a_product("2", "earlier", created_at=BEGIN))
    assert world.titles(sort=Sort.NEWEST) == ["later", "earlier"]


# Facets ---------------------------------------------------------------------------------------------------------------


def test_facets_count_all_found_products(market: World) -> None:
    found = market.search(facets=True, limit=1)
    assert found.facets == Facets(
        categories=(("art", 2), ("home", 2)),
        prices=(
            PriceRange(None, Decimal(10), 1),
            PriceRange(Decimal(10), Decimal(25), 2),
            PriceRange(Decimal(1000), None, 1),
        ),
        ratings=((4, 3), (3, 3), (2, 3), (1, 3)),
        in_stock=3,
    )


def test_facets_count_only_products_that_pass_the_filters(market: World) -> None:
    found = market.search(facets=True, seller_id="ann", text="a")
    assert found.facets is not None
    assert found.facets.categories == (("home", 1),)
    assert found.facets.in_stock == 1


def test_facets_are_left_out_unless_requested(market: World) -> None:
    assert market.search().facets is None


def test_a_product_is_read_as_it_was_indexed(world: World) -> None:
    product = a_product(
        "1",
        "Cup — “ß” 東京",
        description="line\nline",
        price="0.001",
        currency="KWD",
        rating=(5, 4),
        image="https://example.com/a.jpg",
        seller_name="Zoë's",
    )
    world.sell(product)
    assert world.search("cup").products == (product,)


def test_an_empty_catalogue_finds_nothing(world: World) -> None:
    found = world.reader().search(ProductQuery(text="cup", facets=True))
    assert (found.products, found.total, found.facets) == ((), 0, Facets())
