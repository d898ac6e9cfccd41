"""Reviews as answers."""

from __future__ import annotations

from collections.abc import Iterable

from souk.http.messages import Request, Response, etag
from souk.http.pagination import to_cursor
from souk.storefront.reviews.model import Review
from souk.storefront.reviews.schemas import ReviewOut, ReviewsOut


def respond(review: Review) -> Response:
    """A review with its version as ETag."""
    return Response(_present(review), headers=etag(review.version))


def respond_created(request: Request, review: Review) -> Response:
    """The same, with its address."""
    headers = {"Location": f"{request.path}/{review.id}", **etag(review.version)}
    return Response(_present(review), headers=headers)


def present_page(reviews: Iterable[Review], next_id: str | None) -> ReviewsOut:
    """A page of reviews. `next_id`: the next page starts after the review of this id."""
    return ReviewsOut(
        data=[_present(review) for review in reviews],
        next_cursor=to_cursor({"id": next_id} if next_id else None),
    )


def _present(review: Review) -> ReviewOut:
    return ReviewOut.of(review, user_id=review.reviewer_id)
