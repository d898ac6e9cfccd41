"""A buyer's review of a product."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.storefront.reviews.presenter import respond_created
from souk.storefront.reviews.schemas import NewReview, ReviewOut
from souk.wiring.reviews import reviews


def replay(request: Request, review_id: str) -> Response:
    return respond_created(request, reviews().get(request.caller.id, request.params["id"], review_id))


@endpoint("POST /products/{id}/reviews", roles=SIGNED_IN, body=NewReview, returns=ReviewOut, status=201, replay=replay)
def handler(request: Request) -> Response:
    """Review a product, once, after it was delivered."""
    wanted = request.body
    review = reviews().create(
        request.caller.id,
        request.params["id"],
        rating=wanted.rating,
        comment=wanted.comment,
        idempotency=request.idempotency,
    )
    return respond_created(request, review)
