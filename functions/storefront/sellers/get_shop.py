"""A shop as everybody sees it."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.http.response import etag
from souk.storefront.sellers.schemas import ShopOut
from souk.wiring.sellers import shops


@endpoint("GET /sellers/{id}", roles=ANYONE, returns=ShopOut)
def handler(request: Request) -> Response:
    """A shop with its rating and followers; one that must not sell is not found."""
    front = shops().front(request.params["id"])
    return Response(ShopOut.of(front), headers=etag(front.shop.version))
