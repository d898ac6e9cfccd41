"""What buyers say of a product, newest first."""

from souk.http.endpoint import ANYONE, Request, endpoint
from souk.http.pagination import PageQuery, from_cursor, to_cursor
from souk.storefront.reviews.schemas import ReviewOut, ReviewsOut
from souk.wiring.reviews import reviews


@endpoint("GET /products/{id}/reviews", roles=ANYONE, query=PageQuery, returns=ReviewsOut)
def handler(request: Request) -> ReviewsOut:
    """List the reviews of a product."""
    after = from_cursor(request.query.cursor, "id")
    found, following = reviews().page(request.params["id"], request.query.limit, after["id"] if after else None)
    return ReviewsOut(
        data=[ReviewOut.of(review) for review in found],
        next_cursor=to_cursor({"id": following} if following else None),
    )
