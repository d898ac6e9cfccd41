"""Edit the caller's shop."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.storefront.sellers.presenter import respond
from souk.storefront.sellers.schemas import ShopOut, ShopPatch
from souk.wiring.sellers import shops


@endpoint("PATCH /sellers/{id}", roles=SIGNED_IN, body=ShopPatch, returns=ShopOut, if_match=True)
def handler(request: Request) -> Response:
    """Edit the caller's shop: fields that are left out keep their value, null clears."""
    changes = request.body.changes()
    return respond(shops().update(request.caller.id, request.params["id"], changes, request.if_match))
