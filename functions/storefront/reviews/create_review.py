"""What a buyer says of a product."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.http.response import etag
from souk.storefront.reviews.model import Review
from souk.storefront.reviews.schemas import NewReview, ReviewOut
from souk.wiring.reviews import reviews


def replay(request: Request, review_id: str) -> Response:
    """Answer again for what this key has made."""
    return _answer(request, reviews().get(request.caller.id, request.params["id"], review_id))


@endpoint("POST /products/{id}/reviews", roles=SIGNED_IN, body=NewReview, returns=ReviewOut, status=201, replay=replay)
def handler(request: Request) -> Response:
    """Review a product, once, after it was delivered."""
    wanted = request.body
    review = reviews().write(
        request.caller.id,
        request.params["id"],
        rating=wanted.rating,
        comment=wanted.comment,
        idempotency=request.idempotency,
    )
    return _answer(request, review)


def _answer(request: Request, review: Review) -> Response:
    headers = {"Location": f"{request.path}/{review.id}", **etag(review.version)}
    return Response(ReviewOut.of(review), headers=headers)
