"""A new product in the caller's shop."""

from souk.http.endpoint import Request, Response, endpoint
from souk.storefront.catalogue.presenter import respond
from souk.storefront.catalogue.schemas import NewProduct, ProductOut
from souk.wiring.catalogue import catalogue


def replay(request: Request, product_id: str) -> Response:
    return respond(request, catalogue().get(request.caller.id, product_id), 201)


@endpoint(
    "POST /products",
    roles=frozenset({"seller"}),
    body=NewProduct,
    returns=ProductOut,
    status=201,
    errors=(409,),
    replay=replay,
)
def handler(request: Request) -> Response:
    """Offer a product; buyers see it at once unless it is made inactive."""
    wanted = request.body
    made = catalogue().create(request.caller.id, wanted.to_fields(), wanted.stock_quantity, request.idempotency)
    return respond(request, made, 201)
