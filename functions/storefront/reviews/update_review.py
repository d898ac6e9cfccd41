"""Its author edits a review."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.http.response import etag
from souk.storefront.reviews.schemas import ReviewOut, ReviewPatch
from souk.wiring.reviews import reviews


@endpoint(
    "PATCH /products/{id}/reviews/{review_id}",
    roles=SIGNED_IN,
    body=ReviewPatch,
    returns=ReviewOut,
    if_match=True,
)
def handler(request: Request) -> Response:
    """Edit one's own review: what is left out stays."""
    review = reviews().edit(
        request.caller.id,
        request.params["id"],
        request.params["review_id"],
        request.body.changes(),
        request.if_match,
    )
    return Response(ReviewOut.of(review), headers=etag(review.version))
