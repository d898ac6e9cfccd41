"""What the caller sold, newest first."""

from souk.http.endpoint import Request, endpoint
from souk.http.pagination import PageQuery, from_cursor
from souk.storefront.orders.presenter import present_sales
from souk.storefront.orders.schemas import SalesOut
from souk.wiring.orders import sales


@endpoint("GET /sellers/{seller_id}/orders", roles=frozenset({"seller"}), query=PageQuery, returns=SalesOut)
def handler(request: Request) -> SalesOut:
    """List the caller's own part of orders; other sellers' parts are not found."""
    query, seller_id = request.query, request.own("seller_id")
    return present_sales(*sales().list(seller_id, query.limit, from_cursor(query.cursor, "id")))
