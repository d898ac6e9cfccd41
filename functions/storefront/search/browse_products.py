"""What is for sale, in the shape of the marketplace document."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.storefront.search.presenter import present_browsed, to_browse_query
from souk.storefront.search.schemas import BrowsedProducts, BrowseQuery
from souk.wiring.search import product_search


@endpoint(
    "GET /buyers/products",
    roles=ANYONE,
    also={"search": "GET /buyers/products/search"},
    query=BrowseQuery,
    returns=BrowsedProducts,
    headers=("Link",),
)
def handler(request: Request) -> Response:
    """Browse the products for sale by category or by words."""
    return present_browsed(request, product_search().search(to_browse_query(request.query)))
