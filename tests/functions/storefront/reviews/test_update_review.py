"""PATCH and DELETE /products/{id}/reviews/{review_id}."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from souk.shared.clock import new_id
from tests.functions.cloud import Cloud, Person
from tests.functions.storefront.reviews.buyers import (
    SELLER,
    a_buyer,
    edit,
    listed,
    offer,
    ratings,
    receives,
    review,
    take_back,
)


@pytest.fixture(autouse=True)
def _offered(cloud: Cloud) -> None:
    offer(cloud)


def test_the_sample_event_changes_the_rating(cloud: Cloud) -> None:
    buyer = a_buyer(cloud)
    made = review(cloud, buyer, 5, "Fine.").json
    params = {"id": made["product_id"], "review_id": made["id"]}
    answer = cloud.call("update_review", caller=buyer, params=params)
    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    assert answer.json == {**made, "rating": 4, "version": 2, "updated_at": answer.json["updated_at"]}
    assert listed(cloud).json["data"] == [answer.json]
    assert ratings(cloud) == [(4, 1), (4, 1)]


def test_fields_left_out_keep_their_value_and_null_removes_the_comment(cloud: Cloud) -> None:
    buyer = a_buyer(cloud)
    made = review(cloud, buyer, 5, "Fine.").json
    assert edit(cloud, buyer, made["id"], {"comment": "Very fine."}).json["rating"] == 5
    assert edit(cloud, buyer, made["id"], {"comment": None}).json["comment"] is None
    assert edit(cloud, buyer, made["id"], {}).json["version"] == 3
    assert ratings(cloud) == [(5, 1), (5, 1)]


@pytest.mark.parametrize("bad", [{"rating": None}, {"rating": 0}, {"rating": "4"}, {"comment": 1}], ids=str)
def test_bad_input_is_a_400_that_names_the_field(cloud: Cloud, bad: dict[str, Any]) -> None:
    buyer = a_buyer(cloud)
    answer = edit(cloud, buyer, review(cloud, buyer).json["id"], bad)
    assert answer.status == 400
    assert [problem["field"] for problem in answer.json["errors"]] == list(bad)


@pytest.mark.parametrize(("version", "is_current"), [('"1"', True), ('W/"1"', True), ("*", True), ('"2"', False)])
def test_if_match_refuses_a_lost_update(cloud: Cloud, version: str, is_current: bool) -> None:
    buyer, headers = a_buyer(cloud), {"If-Match": version}
    made = review(cloud, buyer, 5).json["id"]
    assert edit(cloud, buyer, made, {"rating": 4}, headers=headers).status == (200 if is_current else 412)
    assert ratings(cloud) == [(4, 1)] * 2 if is_current else [(5, 1)] * 2


@pytest.mark.parametrize(("version", "is_current"), [('"1"', True), ("*", True), ('"2"', False)])
def test_if_match_refuses_to_delete_a_changed_review(cloud: Cloud, version: str, is_current: bool) -> None:
    buyer, headers = a_buyer(cloud), {"If-Match": version}
    made = review(cloud, buyer, 5).json["id"]
    assert take_back(cloud, buyer, made, headers=headers).status == (204 if is_current else 412)
    assert ratings(cloud) == [(0, 0)] * 2 if is_current else [(5, 1)] * 2


def test_a_deleted_review_is_not_found(cloud: Cloud) -> None:
    buyer = a_buyer(cloud)
    made = review(cloud, buyer, 5).json["id"]
    assert take_back(cloud, buyer, made).status == 204
    assert take_back(cloud, buyer, made).status == 404
    assert edit(cloud, buyer, made, {"rating": 1}).status == 404
    assert listed(cloud).json["data"] == []
    assert ratings(cloud) == [(0, 0), (0, 0)]


def test_another_users_review_is_not_found(cloud: Cloud) -> None:
    made = review(cloud, a_buyer(cloud), 5).json["id"]
    for stranger in (a_buyer(cloud), Person(SELLER, roles=("seller",)), Person("root", roles=("Operator",))):
        assert edit(cloud, stranger, made, {"rating": 1}).status == 404
        assert take_back(cloud, stranger, made).status == 404
    assert ratings(cloud) == [(5, 1), (5, 1)]


@pytest.mark.parametrize("review_id", ["unknown", "", "..", "x" * 1100, "é" * 600, "\ud800"], ids=ascii)
def test_an_unknown_id_is_not_found(cloud: Cloud, review_id: str) -> None:
    buyer = a_buyer(cloud)
    assert edit(cloud, buyer, review_id, {"rating": 1}).status == 404
    assert take_back(cloud, buyer, review_id).status == 404


def test_a_review_is_found_under_its_own_product_only(cloud: Cloud) -> None:
    buyer = a_buyer(cloud)
    made = review(cloud, buyer, 5).json["id"]
    assert edit(cloud, buyer, made, {"rating": 1}, product_id="another").status == 404


def test_the_sample_event_deletes_a_review(cloud: Cloud) -> None:
    assert cloud.call("delete_review", caller=Person("john")).status == 404


# Who (of three) does what: a rating writes or edits a review, None takes it back.
_ACTS = st.lists(st.tuples(st.integers(0, 2), st.none() | st.integers(1, 5)), min_size=1, max_size=8)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=_ACTS)
def test_ratings_are_the_sums_of_the_reviews_after_any_actions(
    cloud: Cloud, acts: list[tuple[int, int | None]]
) -> None:
    product, seller = new_id(), new_id()
    offer(cloud, product, seller_id=seller)
    people = [Person(f"buyer-{number}") for number in range(3)]
    standing: dict[int, str] = {}
    for number, rating in acts:
        who = people[number]
        receives(cloud, who.id, product)
        if rating is None:
            if number in standing:
                take_back(cloud, who, standing.pop(number), product)
        elif number in standing:
            edit(cloud, who, standing[number], {"rating": rating}, product)
        else:
            standing[number] = review(cloud, who, rating, product_id=product).json["id"]
    found = listed(cloud, product).json["data"]
    assert {one["id"] for one in found} == set(standing.values())
    assert ratings(cloud, product, seller) == [(sum(one["rating"] for one in found), len(found))] * 2
