"""The caller's own orders, in the field names of the marketplace document."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.http.pagination import PageQuery, from_cursor
from souk.storefront.orders.presenter import present_buyer_page
from souk.storefront.orders.schemas import BuyerOrders
from souk.wiring.orders import purchases


@endpoint("GET /buyers/{buyer_id}/orders", roles=SIGNED_IN, query=PageQuery, returns=BuyerOrders)
def handler(request: Request) -> BuyerOrders:
    """List the caller's orders; another's are not found."""
    query, buyer_id = request.query, request.own("buyer_id")
    return present_buyer_page(*purchases().list(buyer_id, query.limit, from_cursor(query.cursor, "id")))
