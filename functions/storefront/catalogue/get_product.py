"""One product as everybody sees it."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.storefront.catalogue.presenter import respond_with_details
from souk.storefront.catalogue.schemas import ProductPageOut
from souk.wiring.catalogue import catalogue


@endpoint("GET /products/{id}", roles=ANYONE, returns=ProductPageOut)
def handler(request: Request) -> Response:
    """Read a product with its seller, its images, its rating and what is left of it."""
    return respond_with_details(request, catalogue().get_details(request.params["id"]))
