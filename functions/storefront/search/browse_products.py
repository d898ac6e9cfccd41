"""GET /buyers/products and /buyers/products/search: what is for sale, as a plain list."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.storefront.search.presenter import present_browsed, to_browse_query
from souk.storefront.search.schemas import BrowsedProducts, BrowseQuery
from souk.wiring.search import product_search


@endpoint(roles=ANYONE, query=BrowseQuery, returns=BrowsedProducts)
def handler(request: Request) -> Response:
    """Browse the products for sale by category or by words."""
    return present_browsed(request, product_search().search(to_browse_query(request.query)))
