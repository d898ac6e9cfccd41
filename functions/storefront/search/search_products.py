"""Search, filter and sort what is for sale."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.storefront.search.presenter import present_found, to_query
from souk.storefront.search.schemas import ProductsOut, ProductsQuery
from souk.wiring.search import product_search


@endpoint("GET /products", roles=ANYONE, query=ProductsQuery, returns=ProductsOut, headers=("Link",))
def handler(request: Request) -> Response:
    """Search the products for sale."""
    return present_found(request, product_search().search(to_query(request.query)))
