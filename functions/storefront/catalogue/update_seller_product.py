"""Change one of the caller's products, in the field names of the marketplace document."""

from souk.http.endpoint import Request, Response, endpoint
from souk.storefront.catalogue.presenter import respond_to_seller
from souk.storefront.catalogue.schemas import SellerProductChanges, SellerProductOut
from souk.wiring.catalogue import catalogue


@endpoint(
    "PUT /sellers/products/{product_id}",
    roles=frozenset({"seller"}),
    body=SellerProductChanges,
    returns=SellerProductOut,
    if_match=True,
)
def handler(request: Request) -> Response:
    """Change what is sent; with If-Match, `inventory` is refused when an order took some meanwhile."""
    edit, product_id = request.body.to_edit(), request.params["product_id"]
    return respond_to_seller(request, catalogue().edit(request.caller.id, product_id, edit, request.if_match))
