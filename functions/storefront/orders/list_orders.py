"""What the caller bought, newest first."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.http.pagination import PageQuery, from_cursor
from souk.storefront.orders.presenter import present_page
from souk.storefront.orders.schemas import OrdersOut
from souk.wiring.orders import purchases


@endpoint("GET /orders", roles=SIGNED_IN, query=PageQuery, returns=OrdersOut)
def handler(request: Request) -> OrdersOut:
    """List the caller's orders."""
    query = request.query
    return present_page(*purchases().list(request.caller.id, query.limit, from_cursor(query.cursor, "id")))
