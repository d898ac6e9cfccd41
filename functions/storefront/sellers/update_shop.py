"""Edit the caller's shop."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.http.response import etag
from souk.storefront.sellers.schemas import ShopOut, ShopPatch
from souk.wiring.sellers import shops


@endpoint("PATCH /sellers/{id}", roles=SIGNED_IN, body=ShopPatch, returns=ShopOut, if_match=True)
def handler(request: Request) -> Response:
    """Edit the caller's shop: what is left out stays, null clears."""
    changes = request.body.changes()
    front = shops().update(request.caller.id, request.params["id"], changes, request.if_match)
    return Response(ShopOut.of(front), headers=etag(front.shop.version))
