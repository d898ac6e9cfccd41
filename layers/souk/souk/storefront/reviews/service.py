"""Writing, editing and reading reviews."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, NotFound
from souk.shared.versioned import Versions, check_version, retrying
from souk.storefront.reviews.model import Review


class Reviews(Protocol):
    def is_shown(self, product_id: str, seller_id: str | None) -> bool:
        """Whether buyers can see the product: it is neither hidden nor removed, and its shop may sell.

        In one request when its seller is known.
        """
        ...

    def seller_and_reviewer_name(self, product_id: str, reviewer_id: str) -> tuple[str | None, str]:
        """The seller of a product, None when it is hidden, removed or unknown; and the reviewer's public name.

        In one request.
        """
        ...

    def find(self, product_id: str, review_id: str) -> Review | None: ...

    def page(self, product_id: str, limit: int, after: str | None) -> tuple[tuple[Review, ...], str | None]:
        """At most `limit` reviews older than the one of id `after`, newest first; and the id to continue after."""
        ...

    def add(self, review: Review, idempotency: IdempotencyKey | None) -> None:
        """Raises NotFound when the shop may not sell, Conflict `not_purchased` and `already_reviewed`, and Replayed."""
        ...

    def save(self, before: Review, after: Review) -> None:
        """Raises Stale unless the stored review has the version of `before`."""
        ...

    def remove(self, review: Review) -> None:
        """Raises Stale unless the stored review has the same version."""
        ...

    def raise_if_recorded(self, idempotency: IdempotencyKey, now: datetime) -> None:
        """Raises Replayed or IdempotencyKeyReused if the key was used before."""
        ...


class ReviewService:
    def __init__(self, reviews: Reviews, clock: Clock, new_id: NewId) -> None:
        self._reviews = reviews
        self._clock = clock
        self._new_id = new_id

    def create(
        self, reviewer_id: str, product_id: str, *, rating: int, comment: str | None, idempotency: IdempotencyKey | None
    ) -> Review:
        """Raises NotFound, Conflict `own_product`, `not_purchased` and `already_reviewed`, and Replayed."""
        now = self._clock()
        seller_id, reviewer_name = self._reviews.seller_and_reviewer_name(product_id, reviewer_id)
        if seller_id is None:
            if idempotency is not None:
                self._reviews.raise_if_recorded(idempotency, now)
            raise _no_product()
        if reviewer_id == seller_id:
            raise Conflict("Nobody can review a product of their own.", code="own_product")
        review = Review(
            id=self._new_id(),
            product_id=product_id,
            seller_id=seller_id,
            reviewer_id=reviewer_id,
            reviewer_name=reviewer_name,
            rating=rating,
            comment=comment,
            created_at=now,
            updated_at=now,
            version=1,
        )
        self._reviews.add(review, idempotency)
        return review

    def get(self, reviewer_id: str, product_id: str, review_id: str) -> Review:
        """One of the caller's own reviews. Raises NotFound, also for another user's."""
        review = self._reviews.find(product_id, review_id)
        if review is None or review.reviewer_id != reviewer_id:
            raise NotFound("There is no such review of yours.")
        return review

    def page(self, product_id: str, limit: int, after: str | None) -> tuple[tuple[Review, ...], str | None]:
        """A page as `Reviews.page` has it. Raises NotFound, as the product's page does."""
        found, next_id = self._reviews.page(product_id, limit, after)
        if not self._reviews.is_shown(product_id, found[0].seller_id if found else None):
            raise _no_product()
        return found, next_id

    def edit(
        self, reviewer_id: str, product_id: str, review_id: str, changes: Mapping[str, Any], if_match: Versions | None
    ) -> Review:
        """The review with `changes` of its rating or comment. Raises NotFound and PreconditionFailed."""

        def attempt() -> Review:
            before = self._unchanged(reviewer_id, product_id, review_id, if_match)
            if not changes:
                return before
            fields = {"rating": before.rating, "comment": before.comment, **changes}
            after = before.edit(**fields, now=self._clock())
            self._reviews.save(before, after)
            return after

        return retrying("review", attempt)

    def remove(self, reviewer_id: str, product_id: str, review_id: str, if_match: Versions | None) -> None:
        """Raises NotFound and PreconditionFailed."""
        read = partial(self._unchanged, reviewer_id, product_id, review_id, if_match)
        retrying("review", lambda: self._reviews.remove(read()))

    def _unchanged(self, reviewer_id: str, product_id: str, review_id: str, if_match: Versions | None) -> Review:
        review = self.get(reviewer_id, product_id, review_id)
        check_version("review", review.version, if_match)
        return review


def _no_product() -> NotFound:
    return NotFound("There is no such product.")
