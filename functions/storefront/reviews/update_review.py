"""Its author edits a review."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.storefront.reviews.presenter import respond
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
    """Edit one's own review: fields that are left out keep their value."""
    review = reviews().edit(
        request.caller.id,
        request.params["id"],
        request.params["review_id"],
        request.body.changes(),
        request.if_match,
    )
    return respond(review)
