"""The seller advances its part of an order, or cancels it."""

from souk.http.endpoint import Request, Response, endpoint
from souk.storefront.orders.presenter import respond_sale
from souk.storefront.orders.schemas import SaleOut, StatusChange
from souk.wiring.auth import reload_caller
from souk.wiring.orders import fulfilling


@endpoint(
    "PUT /sellers/orders/{order_id}/status",
    roles=frozenset({"seller"}),
    body=StatusChange,
    returns=SaleOut,
    if_match=True,
    reload=reload_caller,
)
def handler(request: Request) -> Response:
    """Set the status of the caller's part: one step at a time; cancelling refunds the payment."""
    order_id, wanted = request.params["order_id"], request.body.status
    return respond_sale(fulfilling().move(request.caller.id, order_id, wanted, request.if_match))
