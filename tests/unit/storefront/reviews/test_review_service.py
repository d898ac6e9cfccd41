"""Writing and editing reviews, with concurrent changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from souk.aws.idempotency import IdempotencyKey, Replayed
from souk.shared.errors import Conflict, DependencyUnavailable, NotFound, PreconditionFailed
from souk.shared.versioned import Stale, Versions
from souk.storefront.reviews.model import Review
from souk.storefront.reviews.service import ReviewService
from tests.unit.storefront.reviews.review_builders import NOW, a_review

KEY = IdempotencyKey("john", "create_review", "key", "digest")


class FakeStore:
    """Reviews in memory. `meanwhile`: changes by other writers; one of them happens after each read."""

    def __init__(self, *reviews: Review) -> None:
        self.reviews = {review.id: review for review in reviews}
        self.recorded: IdempotencyKey | None = None
        self.meanwhile: list[Callable[[], None]] = []

    def is_shown(self, product_id: str, seller_id: str | None) -> bool:
        return product_id == "p1" and seller_id in (None, "seller")

    def seller_and_reviewer_name(self, product_id: str, reviewer_id: str) -> tuple[str | None, str]:
        return {"p1": "seller"}.get(product_id), f"{reviewer_id}'s name"

    def find(self, product_id: str, review_id: str) -> Review | None:
        found = self.reviews.get(review_id)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return found if found and found.product_id == product_id else None

    def page(self, product_id: str, limit: int, after: str | None) -> tuple[tuple[Review, ...], str | None]:
        found = sorted(self.reviews.values(), key=lambda review: review.id, reverse=True)
        older = [one for one in found if one.product_id == product_id and (after is None or one.id < after)]
        return tuple(older[:limit]), older[limit - 1].id if len(older) > limit else None

    def add(self, review: Review, idempotency: IdempotencyKey | None) -> None:
        self.reviews[review.id] = review
        self.recorded = idempotency

    def save(self, before: Review, after: Review) -> None:
        if self.reviews.get(before.id) != before:
            raise Stale
        self.reviews[after.id] = after

    def remove(self, review: Review) -> None:
        if self.reviews.get(review.id) != review:
            raise Stale
        del self.reviews[review.id]

    def raise_if_recorded(self, idempotency: IdempotencyKey, now: datetime) -> None:
        if idempotency == self.recorded:
            raise Replayed("r1")


def service(store: FakeStore) -> ReviewService:
    return ReviewService(store, lambda: NOW, lambda: "new")


def write(store: FakeStore, reviewer: str = "john", product: str = "p1", key: IdempotencyKey | None = None) -> Review:
    return service(store).create(reviewer, product, rating=4, comment=None, idempotency=key)


def edit(store: FakeStore, reviewer: str = "john", if_match: Versions | None = None, **changes: Any) -> Review:
    return service(store).edit(reviewer, "p1", "r1", changes, if_match)


def test_a_review_has_its_seller_and_the_name_of_its_reviewer() -> None:
    review = write(FakeStore())
    assert (review.id, review.seller_id, review.reviewer_name) == ("new", "seller", "john's name")
    assert (review.rating, review.version, review.created_at) == (4, 1, NOW)


def test_a_seller_cannot_review_an_own_product() -> None:
    store = FakeStore()
    with pytest.raises(Conflict) as refused:
        write(store, reviewer="seller")
    assert (refused.value.code, store.reviews) == ("own_product", {})


def test_a_removed_product_is_not_found_unless_the_call_is_a_replay() -> None:
    store = FakeStore()
    with pytest.raises(NotFound):
        write(store, product="p2")
    with pytest.raises(NotFound):
        write(store, product="p2", key=KEY)
    store.recorded = KEY
    with pytest.raises(Replayed):
        write(store, product="p2", key=KEY)


def test_an_edit_is_retried_on_top_of_a_concurrent_edit() -> None:
    store = FakeStore(a_review())
    store.meanwhile = [lambda: store.reviews.update(r1=a_review(rating=2, version=2))]
    edited = edit(store, comment="Changed.")
    assert (edited.rating, edited.comment, edited.version) == (2, "Changed.", 3)


def test_with_if_match_a_concurrent_edit_is_not_overwritten() -> None:
    store = FakeStore(a_review())
    store.meanwhile = [lambda: store.reviews.update(r1=a_review(rating=2, version=2))]
    with pytest.raises(PreconditionFailed):
        edit(store, if_match={1}, rating=3)
    assert store.reviews["r1"].rating == 2


def test_an_empty_edit_writes_nothing() -> None:
    assert edit(FakeStore(a_review())) == a_review()


def test_the_second_of_two_concurrent_removals_is_not_found() -> None:
    store = FakeStore(a_review())
    store.meanwhile = [store.reviews.clear]
    with pytest.raises(NotFound):
        service(store).remove("john", "p1", "r1", None)


def test_a_conflict_at_every_attempt_is_a_503() -> None:
    store = FakeStore(a_review())

    def rival() -> None:
        store.reviews["r1"] = replace(store.reviews["r1"], version=store.reviews["r1"].version + 1)

    for act in (lambda: edit(store, rating=1), lambda: service(store).remove("john", "p1", "r1", None)):
        store.meanwhile = [rival] * 20
        with pytest.raises(DependencyUnavailable):
            act()


def test_another_users_review_is_not_found() -> None:
    store = FakeStore(a_review())
    with pytest.raises(NotFound):
        edit(store, reviewer="bea", rating=1)
    with pytest.raises(NotFound):
        service(store).remove("bea", "p1", "r1", None)
    with pytest.raises(NotFound):
        service(store).get("bea", "p1", "r1")
    assert store.reviews["r1"] == a_review()


def test_a_product_without_reviews_has_an_empty_page_and_an_unknown_one_is_not_found() -> None:
    store = FakeStore()
    assert service(store).page("p1", 20, None) == ((), None)
    with pytest.raises(NotFound):
        service(store).page("p2", 20, None)


def test_reviews_of_a_product_that_buyers_cannot_see_are_not_found() -> None:
    store = FakeStore(a_review(product_id="gone"))
    for after in (None, "r2", "r0"):
        with pytest.raises(NotFound):
            service(store).page("gone", 20, after)
