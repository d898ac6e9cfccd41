"""Change one of the caller's products."""

from souk.http.endpoint import Request, Response, endpoint
from souk.storefront.catalogue.presenter import respond
from souk.storefront.catalogue.schemas import ProductOut, ProductPatch
from souk.wiring.catalogue import catalogue


@endpoint("PATCH /products/{id}", roles=frozenset({"seller"}), body=ProductPatch, returns=ProductOut, if_match=True)
def handler(request: Request) -> Response:
    """Change what is sent; a price applies to orders placed from now on."""
    edit = request.body.to_edit()
    return respond(request, catalogue().edit(request.caller.id, request.params["id"], edit, request.if_match))
