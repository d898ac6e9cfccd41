"""The seller moves its part of an order on, or cancels it."""

from souk.http.endpoint import Request, Response, endpoint
from souk.storefront.orders.presenter import respond_sale
from souk.storefront.orders.schemas import SaleOut, StatusChange
from souk.wiring.fulfilling import fulfilling
from souk.wiring.identity import admit_fresh


@endpoint(
    "PUT /sellers/orders/{order_id}/status",
    roles=frozenset({"seller"}),
    body=StatusChange,
    returns=SaleOut,
    if_match=True,
    admit=admit_fresh,
)
def handler(request: Request) -> Response:
    """Set the status of the caller's part: one step at a time; cancelling gives back what was paid."""
    order_id, wanted = request.params["order_id"], request.body.status
    return respond_sale(fulfilling().move(request.caller.id, order_id, wanted, request.if_match))
