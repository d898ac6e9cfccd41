"""Writing, editing and reading reviews."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock, NewId
from souk.shared.errors import DependencyUnavailable, NotFound, PreconditionFailed
from souk.storefront.reviews.model import Review, require_another

_ROUNDS = 6


class StaleReview(Exception):
    """The review has changed since it was read."""


class ReviewStore(Protocol):
    def seller_of(self, product_id: str) -> str | None:
        """Whose product it is; None when there is none, or its seller has removed it."""
        ...

    def before_writing(self, product_id: str, reviewer_id: str) -> tuple[str | None, str]:
        """`seller_of` a product, and the public name of who is about to review it."""
        ...

    def find(self, product_id: str, review_id: str) -> Review | None: ...

    def page(self, product_id: str, limit: int, after: str | None) -> tuple[tuple[Review, ...], str | None]:
        """At most `limit` reviews older than the one `after`, newest first, and after which the next page starts."""
        ...

    def add(self, review: Review, idempotency: IdempotencyKey | None) -> None:
        """Raises Conflict `not_purchased` and `already_reviewed`, and Replayed."""
        ...

    def save(self, before: Review, after: Review) -> None:
        """Raises StaleReview."""
        ...

    def remove(self, review: Review) -> None:
        """Raises StaleReview."""
        ...

    def raise_if_recorded(self, idempotency: IdempotencyKey, now: datetime) -> None:
        """Raises Replayed when the call was made before."""
        ...


class ReviewService:
    def __init__(self, store: ReviewStore, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def write(
        self, reviewer_id: str, product_id: str, *, rating: int, comment: str | None, idempotency: IdempotencyKey | None
    ) -> Review:
        """Raises NotFound, Conflict `own_product`, `not_purchased` and `already_reviewed`, and Replayed."""
        now = self._clock()
        seller_id, reviewer_name = self._store.before_writing(product_id, reviewer_id)
        if seller_id is None:
            if idempotency is not None:
                self._store.raise_if_recorded(idempotency, now)
            raise _no_product()
        require_another(reviewer_id, seller_id)
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
        self._store.add(review, idempotency)
        return review

    def get(self, reviewer_id: str, product_id: str, review_id: str) -> Review:
        """A review of the caller's own. Raises NotFound, also for another's."""
        review = self._store.find(product_id, review_id)
        if review is None or review.reviewer_id != reviewer_id:
            raise NotFound("There is no such review of yours.")
        return review

    def page(self, product_id: str, limit: int, after: str | None) -> tuple[tuple[Review, ...], str | None]:
        """The reviews of a product, newest first; those of a removed one stay readable. Raises NotFound."""
        found, following = self._store.page(product_id, limit, after)
        if not found and after is None and self._store.seller_of(product_id) is None:
            raise _no_product()
        return found, following

    def edit(
        self, reviewer_id: str, product_id: str, review_id: str, changes: Mapping[str, Any], if_match: int | None
    ) -> Review:
        """The review with `changes` of its rating or comment. Raises NotFound and PreconditionFailed."""
        for _ in range(_ROUNDS):
            before = self._own(reviewer_id, product_id, review_id, if_match)
            if not changes:
                return before
            wanted = {"rating": before.rating, "comment": before.comment, **changes}
            after = before.edit(**wanted, now=self._clock())
            try:
                self._store.save(before, after)
            except StaleReview:
                continue
            return after
        raise _busy()

    def remove(self, reviewer_id: str, product_id: str, review_id: str, if_match: int | None) -> None:
        """Raises NotFound and PreconditionFailed."""
        for _ in range(_ROUNDS):
            review = self._own(reviewer_id, product_id, review_id, if_match)
            try:
                self._store.remove(review)
            except StaleReview:
                continue
            return
        raise _busy()

    def _own(self, reviewer_id: str, product_id: str, review_id: str, if_match: int | None) -> Review:
        review = self.get(reviewer_id, product_id, review_id)
        if if_match not in (None, review.version):
            raise PreconditionFailed("The review has changed since you read it.")
        return review


def _no_product() -> NotFound:
    return NotFound("There is no such product.")


def _busy() -> DependencyUnavailable:
    return DependencyUnavailable("The review is being edited elsewhere. Try again shortly.", retry_after=1)
