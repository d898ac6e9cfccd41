"""The reviews of a product, newest first."""

from souk.http.endpoint import ANYONE, Request, endpoint
from souk.http.pagination import PageQuery, from_cursor
from souk.storefront.reviews.presenter import present_page
from souk.storefront.reviews.schemas import ReviewsOut
from souk.wiring.reviews import reviews


@endpoint("GET /products/{id}/reviews", roles=ANYONE, query=PageQuery, returns=ReviewsOut)
def handler(request: Request) -> ReviewsOut:
    """List the reviews of a product."""
    after = from_cursor(request.query.cursor, "id")
    return present_page(*reviews().page(request.params["id"], request.query.limit, after["id"] if after else None))
