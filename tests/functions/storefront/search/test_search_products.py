"""GET /products."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from souk.selling.photos.model import Photo, PhotoStatus
from souk.storefront.catalogue.model import LinkedImage
from tests.functions.storefront.search.markets import NOW, Market


@pytest.fixture
def stocked(market: Market) -> Market:
    market.opens("bob", "Bob's")
    market.offers("Coffee cup", price="9.99", category_id="kitchen", rating=(5, 4), stock=3)
    market.offers("Coffee grinder", price=60, category_id="kitchen", seller_id="bob", rating=(4,))
    market.offers("Desk lamp", price=35, category_id="home", stock=0, created_at=NOW + timedelta(days=1))
    market.index_changes()
    return market


def test_an_empty_catalogue_is_an_empty_page(market: Market) -> None:
    answer = market.search()
    assert answer.status == 200
    assert answer.json == {"data": [], "pagination": {"total": 0, "page": 1, "limit": 20}, "facets": None}


def test_a_list_shows_a_products_summary(market: Market) -> None:
    market.offers(
        "Coffee cup",
        id="cup",
        price="9.99",
        category_id="kitchen",
        rating=(5, 4, 4),
        stock=3,
        images=(LinkedImage("https://example.com/cup.jpg"), LinkedImage("https://example.com/2.jpg")),
    )
    market.index_changes()
    assert market.search(search="cup").json["data"] == [
        {
            "id": "cup",
            "title": "Coffee cup",
            "price": 9.99,
            "currency": "USD",
            "category_id": "kitchen",
            "image_url": "https://example.com/cup.jpg",
            "seller": {"id": "ann", "shop_name": "Ann's"},
            "rating": 4.3,
            "review_count": 3,
            "in_stock": True,
            "created_at": "2026-01-02T09:00:00Z",
        }
    ]


def test_an_uploaded_picture_has_its_public_address(market: Market) -> None:
    pending = Photo("p1", PhotoStatus.PENDING, "image/jpeg", NOW)
    ready = Photo("p2", PhotoStatus.READY, "image/jpeg", NOW, content_hash="ab" * 32)
    market.offers("Cup", images=(pending, ready))
    market.offers("Saucer", images=(pending,))
    market.index_changes()
    found = {one["title"]: one["image_url"] for one in market.search().json["data"]}
    assert found == {
        "Cup": f"http://souk.execute-api.us-east-1.amazonaws.com/api/v1/media/{'ab' * 32}?width=320",
        "Saucer": None,
    }


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"search": "coffee", "sort": "price_desc"}, ["Coffee grinder", "Coffee cup"]),
        ({"search": "cofee cup"}, ["Coffee cup"]),
        ({"search": " "}, ["Desk lamp", "Coffee cup", "Coffee grinder"]),
        ({"seller_id": "bob"}, ["Coffee grinder"]),
        ({"category_id": "home"}, ["Desk lamp"]),
        ({"category_id": "HOME"}, ["Desk lamp"]),
        ({"category_id": "01890000-0000-7000-8000-000000000000"}, []),
        ({"min_price": "9.99", "max_price": "35", "sort": "price_asc"}, ["Coffee cup", "Desk lamp"]),
        ({"min_rating": "4.5"}, ["Coffee cup"]),
        ({"in_stock": "true", "sort": "price_asc"}, ["Coffee cup", "Coffee grinder"]),
        ({"in_stock": "false", "sort": "price_asc"}, ["Coffee cup", "Desk lamp", "Coffee grinder"]),
        ({"sort": "rating"}, ["Coffee cup", "Coffee grinder", "Desk lamp"]),
    ],
)
def test_a_query_finds_the_matching_products(stocked: Market, query: dict[str, str], titles: list[str]) -> None:
    answer = stocked.search(**query)
    found = [one["title"] for one in answer.json["data"]]
    ordered = "sort" in query or len(titles) < 2
    assert (found if ordered else sorted(found)) == (titles if ordered else sorted(titles))
    assert answer.json["pagination"]["total"] == len(titles)


def test_facets_count_the_found_products(stocked: Market) -> None:
    assert stocked.search(facets="true", search="coffee").json["facets"] == {
        "categories": [{"category_id": "kitchen", "name": "Kitchen", "count": 2}],
        "prices": [{"min": None, "max": 10.0, "count": 1}, {"min": 50.0, "max": 100.0, "count": 1}],
        "ratings": [{"min_rating": stars, "count": 2} for stars in (4, 3, 2, 1)],
        "in_stock": 2,
    }


def test_a_page_links_to_the_next(stocked: Market) -> None:
    first = stocked.search(limit="2", sort="price_asc", search="coffee cup")
    assert "link" not in first.headers
    first = stocked.search(limit="2", sort="price_asc")
    assert first.headers["link"] == '</api/v1/products?limit=2&sort=price_asc&page=2>; rel="next"'
    second = stocked.search(limit="2", sort="price_asc", page="2")
    assert second.json["pagination"] == {"total": 3, "page": 2, "limit": 2}
    assert [one["title"] for one in second.json["data"]] == ["Coffee grinder"]
    assert "link" not in second.headers


@pytest.mark.parametrize(
    "query",
    [
        {"page": "101", "limit": "100"},
        {"page": "10001", "limit": "1"},
        {"page": "0"},
        {"limit": "0"},
        {"limit": "101"},
        {"sort": "cheapest"},
        {"min_price": "-1"},
        {"min_price": "NaN"},
        {"min_rating": "5.1"},
        {"in_stock": "perhaps"},
        {"search": "x" * 501},
        {"search": "\x00"},
        {"search": "\ud83d"},
    ],
)
def test_an_invalid_query_is_refused(stocked: Market, query: dict[str, str]) -> None:
    answer = stocked.search(**query)
    assert (answer.status, answer.json["error"]) == (400, "validation_failed")


def test_the_last_page_within_the_limit_is_answered(stocked: Market) -> None:
    assert stocked.search(page="100", limit="100").json["data"] == []


@pytest.mark.parametrize("text", ['"', "a:b", "(((", "*", "\\", "title:cup AND", "é́", "%00"])
def test_no_text_is_an_error(stocked: Market, text: str) -> None:
    assert stocked.search(search=text).status == 200


def test_searching_makes_no_requests_to_the_tables(stocked: Market) -> None:
    stocked.cloud.calls.clear()
    stocked.search(search="coffee", facets="true")
    assert set(stocked.cloud.operations()) == {"s3:GetObject"}


def test_a_lost_index_is_a_503_search_unavailable(stocked: Market) -> None:
    s3 = stocked.cloud.client("s3")
    for one in s3.list_objects_v2(Bucket=stocked.bucket, Prefix="index/packs/")["Contents"]:
        s3.delete_object(Bucket=stocked.bucket, Key=one["Key"])
    answer = stocked.search()
    assert (answer.status, answer.json["error"]) == (503, "search_unavailable")


def test_the_sample_event_is_answered(stocked: Market) -> None:
    answer: Any = stocked.cloud.call("search_products")
    assert answer.status == 200
    assert [one["title"] for one in answer.json["data"]] == ["Coffee cup"]
    assert answer.json["facets"]
