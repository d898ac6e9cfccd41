"""A shop as everybody sees it."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.storefront.sellers.presenter import respond
from souk.storefront.sellers.schemas import ShopOut
from souk.wiring.sellers import shops


@endpoint("GET /sellers/{id}", roles=ANYONE, returns=ShopOut)
def handler(request: Request) -> Response:
    """A shop with its rating and followers; a shop that may not sell is not found."""
    return respond(shops().front(request.params["id"]))
