"""GET /products/{id}/reviews."""

from __future__ import annotations

from typing import Any

import pytest

from souk.http.pagination import to_cursor
from souk.storefront.sellers.model import Verification
from tests.functions.cloud import Cloud
from tests.functions.storefront.reviews.buyers import a_buyer, listed, offer, open_shop, review
from tests.functions.storefront.sellers.shops import require_verification


@pytest.fixture(autouse=True)
def _offered(cloud: Cloud) -> None:
    offer(cloud)


def test_anybody_reads_reviews_newest_first(cloud: Cloud) -> None:
    made = [review(cloud, a_buyer(cloud), stars).json for stars in (1, 2, 3)]
    answer = listed(cloud)
    assert answer.status == 200
    assert answer.json == {"data": made[::-1], "next_cursor": None}


def test_pages_show_each_review_once(cloud: Cloud) -> None:
    made = [review(cloud, a_buyer(cloud)).json["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = listed(cloud, limit="2", **cursor).json
        seen += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == made[::-1]


def test_a_product_without_reviews_has_an_empty_list(cloud: Cloud) -> None:
    assert (listed(cloud).status, listed(cloud).json["data"]) == (200, [])


@pytest.mark.parametrize("reviewed", [True, False])
@pytest.mark.parametrize("changes", [{"is_active": False}, {"removed": True}])
def test_reviews_of_a_product_that_buyers_cannot_see_are_not_found(
    cloud: Cloud, changes: dict[str, Any], reviewed: bool
) -> None:
    if reviewed:
        review(cloud, a_buyer(cloud))
    offer(cloud, **changes)
    assert listed(cloud).status == 404
    offer(cloud)
    assert len(listed(cloud).json["data"]) == reviewed


@pytest.mark.parametrize("reviewed", [True, False])
def test_reviews_of_a_suspended_shops_product_are_not_found(cloud: Cloud, reviewed: bool) -> None:
    if reviewed:
        review(cloud, a_buyer(cloud))
    open_shop(cloud, Verification.SUSPENDED)
    assert listed(cloud).status == 404
    assert listed(cloud, cursor=to_cursor({"id": "~"}) or "").status == 404


def test_where_only_verified_shops_are_shown_so_are_only_their_reviews(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud
) -> None:
    review(cloud, a_buyer(cloud))
    require_verification(monkeypatch)
    assert listed(cloud).status == 404
    open_shop(cloud, Verification.VERIFIED)
    assert listed(cloud).status == 200


@pytest.mark.parametrize("product_id", ["unknown", "", "..", "x" * 2100, "é" * 1100, "\ud800"], ids=ascii)
def test_an_unknown_product_is_not_found(cloud: Cloud, product_id: str) -> None:
    assert listed(cloud, product_id).status == 404


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "101"}, {"cursor": "x"}, {"cursor": to_cursor({"pk": "SHOP#x"}) or ""}],
    ids=str,
)
def test_an_invalid_page_query_is_a_400(cloud: Cloud, query: dict[str, str]) -> None:
    assert listed(cloud, **query).status == 400


def test_a_cursor_leads_to_reviews_only(cloud: Cloud) -> None:
    review(cloud, a_buyer(cloud))
    beyond = to_cursor({"id": "~"})
    assert beyond is not None
    assert len(listed(cloud, cursor=beyond).json["data"]) == 1
