"""POST /products/{id}/reviews."""

from __future__ import annotations

from typing import Any

import pytest

from souk.storefront.sellers.model import Verification
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Cloud, Person, sample
from tests.functions.storefront.reviews.buyers import (
    PRODUCT,
    SELLER,
    a_buyer,
    edit,
    listed,
    offer,
    open_shop,
    ratings,
    receives,
    review,
    take_back,
)


@pytest.fixture(autouse=True)
def _offered(cloud: Cloud) -> None:
    offer(cloud)


def test_the_sample_event_reviews_a_product(cloud: Cloud) -> None:
    buyer = a_buyer(cloud)
    answer = cloud.call("create_review", caller=buyer)
    assert answer.status == 201
    assert answer.headers["etag"] == '"1"'
    made = answer.json
    assert answer.headers["location"] == f"/api/v1/products/{PRODUCT}/reviews/{made['id']}"
    assert (made["product_id"], made["user_id"], made["rating"]) == (PRODUCT, buyer.id, 5)
    assert (made["comment"], made["version"], made["reviewer_name"]) == ("A fine camera.", 1, "A buyer")
    assert made["created_at"] == made["updated_at"]
    assert listed(cloud).json == {"data": [made], "next_cursor": None}
    assert ratings(cloud) == [(5, 1), (5, 1)]


def test_a_comment_is_optional(cloud: Cloud) -> None:
    answer = cloud.call("create_review", caller=a_buyer(cloud), json={"rating": 1})
    assert (answer.status, answer.json["comment"]) == (201, None)


def test_a_reviewer_is_shown_by_first_name_and_initial(cloud: Cloud) -> None:
    john = Person(register(cloud, full_name="John Doe").id)
    receives(cloud, john.id)
    assert review(cloud, john).json["reviewer_name"] == "John D."


def test_a_reviewer_with_a_username_is_shown_by_the_username(cloud: Cloud) -> None:
    john = Person(register(cloud, full_name="John Doe").id)
    cloud.call("update_profile", caller=john, json={"username": "johnny"})
    receives(cloud, john.id)
    assert review(cloud, john).json["reviewer_name"] == "johnny"


def test_a_review_needs_a_delivered_order_of_the_product(cloud: Cloud) -> None:
    other = "01890000-0000-7000-8000-0000000000ff"
    offer(cloud, other)
    for who in (Person("nobody"), a_buyer(cloud, other)):
        refused = review(cloud, who)
        assert (refused.status, refused.json["error"]) == (409, "not_purchased")
    assert ratings(cloud) == [(0, 0), (0, 0)]


def test_a_buyer_reviews_a_product_once(cloud: Cloud) -> None:
    buyer = a_buyer(cloud)
    review(cloud, buyer, 5)
    again = review(cloud, buyer, 1)
    assert (again.status, again.json["error"]) == (409, "already_reviewed")
    assert ratings(cloud) == [(5, 1), (5, 1)]


def test_a_buyer_may_review_again_after_deleting_the_review(cloud: Cloud) -> None:
    buyer = a_buyer(cloud)
    take_back(cloud, buyer, review(cloud, buyer, 5).json["id"])
    assert review(cloud, buyer, 2).status == 201
    assert ratings(cloud) == [(2, 1), (2, 1)]


def test_a_seller_cannot_review_an_own_product_even_after_buying_it(cloud: Cloud) -> None:
    receives(cloud, SELLER)
    refused = review(cloud, Person(SELLER, roles=("seller",)))
    assert (refused.status, refused.json["error"]) == (409, "own_product")


def test_products_of_a_shop_share_the_shops_rating(cloud: Cloud) -> None:
    other = "01890000-0000-7000-8000-0000000000ff"
    offer(cloud, other)
    review(cloud, a_buyer(cloud), 5)
    review(cloud, a_buyer(cloud, other), 2, product_id=other)
    assert ratings(cloud) == [(5, 1), (7, 2)]
    assert ratings(cloud, other) == [(2, 1), (7, 2)]


@pytest.mark.parametrize("changes", [{"is_active": False}, {"removed": True}])
def test_a_product_that_buyers_cannot_see_cannot_be_reviewed(cloud: Cloud, changes: dict[str, Any]) -> None:
    offer(cloud, **changes)
    assert review(cloud, a_buyer(cloud)).status == 404
    assert ratings(cloud) == [(0, 0), (0, 0)]


def test_a_product_of_a_suspended_shop_cannot_be_reviewed(cloud: Cloud) -> None:
    open_shop(cloud, Verification.SUSPENDED)
    answer = review(cloud, a_buyer(cloud))
    assert (answer.status, answer.json["error"]) == (404, "not_found")
    assert ratings(cloud) == [(0, 0), (0, 0)]


def test_a_review_of_a_hidden_product_can_be_edited_and_deleted_by_its_author(cloud: Cloud) -> None:
    buyer = a_buyer(cloud)
    made = review(cloud, buyer, 5).json["id"]
    offer(cloud, is_active=False)
    assert edit(cloud, buyer, made, {"rating": 1}).status == 200
    assert take_back(cloud, buyer, made).status == 204


@pytest.mark.parametrize("product_id", ["unknown", "", "..", "x" * 2100, "é" * 1100, "\ud800"], ids=ascii)
def test_reviewing_an_unknown_product_is_not_found(cloud: Cloud, product_id: str) -> None:
    assert review(cloud, Person("john"), product_id=product_id).status == 404


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({}, "rating"),
        ({"rating": None}, "rating"),
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": 4.5}, "rating"),
        ({"rating": "5"}, "rating"),
        ({"rating": True}, "rating"),
        ({"rating": 5, "comment": 7}, "comment"),
        ({"rating": 5, "comment": "x" * 4001}, "comment"),
        ({"rating": 5, "comment": "a\0b"}, "comment"),
    ],
    ids=lambda one: ascii(one)[:30],
)
def test_bad_input_is_a_400_that_names_the_field(cloud: Cloud, bad: dict[str, Any], field: str) -> None:
    answer = cloud.call("create_review", caller=a_buyer(cloud), json=bad)
    assert answer.status == 400
    assert [problem["field"] for problem in answer.json["errors"]] == [field]
    assert ratings(cloud) == [(0, 0), (0, 0)]


def test_a_review_needs_a_token(cloud: Cloud) -> None:
    for name in ("create_review", "update_review", "delete_review"):
        event = sample(name)
        del event["requestContext"]["authorizer"]
        assert cloud.invoke(name, event)["statusCode"] == 401


# Idempotency-Key -----------------------------------------------------------------------------------------------------


def test_a_call_repeated_under_its_key_is_answered_again_and_counts_once(cloud: Cloud) -> None:
    buyer, key = a_buyer(cloud), {"Idempotency-Key": "mine"}
    first, again = (review(cloud, buyer, 4, headers=key) for _ in range(2))
    assert (first.status, again.status) == (201, 201)
    assert again.json == first.json
    assert again.headers["idempotent-replayed"] == "true"
    assert ratings(cloud) == [(4, 1), (4, 1)]


def test_a_repeated_call_is_answered_even_after_the_product_was_removed(cloud: Cloud) -> None:
    buyer, key = a_buyer(cloud), {"Idempotency-Key": "mine"}
    first = review(cloud, buyer, 4, headers=key)
    offer(cloud, removed=True)
    assert review(cloud, buyer, 4, headers=key).json == first.json


def test_a_key_with_another_body_is_refused(cloud: Cloud) -> None:
    buyer, key = a_buyer(cloud), {"Idempotency-Key": "mine"}
    review(cloud, buyer, 4, headers=key)
    assert review(cloud, buyer, 3, headers=key).json["error"] == "idempotency_key_reused"


def test_a_refused_call_may_be_repeated_under_its_key(cloud: Cloud) -> None:
    john, key = Person("john"), {"Idempotency-Key": "mine"}
    assert review(cloud, john, headers=key).status == 409
    receives(cloud, john.id)
    assert review(cloud, john, headers=key).status == 201
