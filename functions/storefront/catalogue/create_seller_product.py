"""A new product, in the field names of the marketplace document."""

from souk.http.endpoint import Request, Response, endpoint
from souk.storefront.catalogue.presenter import respond_to_seller
from souk.storefront.catalogue.schemas import NewSellerProduct, SellerProductOut
from souk.wiring.catalogue import catalogue


def replay(request: Request, product_id: str) -> Response:
    return respond_to_seller(request, catalogue().get(request.caller.id, product_id), 201)


@endpoint(
    "POST /sellers/products",
    roles=frozenset({"seller"}),
    body=NewSellerProduct,
    returns=SellerProductOut,
    status=201,
    errors=(409,),
    replay=replay,
)
def handler(request: Request) -> Response:
    """Offer a product; `seller_id` is the caller's."""
    wanted, seller_id = request.body, request.caller.id
    made = catalogue().create(seller_id, wanted.to_fields(seller_id), wanted.inventory, request.idempotency)
    return respond_to_seller(request, made, 201)
