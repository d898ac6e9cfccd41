"""PUT /sellers/orders/{order_id}/status: the seller moves its part of an order on, or cancels it."""

from souk.http.endpoint import Request, endpoint
from souk.orders.presenter import present_sale
from souk.orders.schemas import SaleOut, StatusChange
from souk.wiring.fulfilling import fulfilling
from souk.wiring.identity import admit_fresh


@endpoint(roles=frozenset({"seller"}), body=StatusChange, returns=SaleOut, admit=admit_fresh)
def handler(request: Request) -> SaleOut:
    """Set the status of the caller's part: one step at a time; cancelling gives back what was paid."""
    wanted = request.body.status
    return present_sale(fulfilling().move(request.caller.id, request.params["order_id"], wanted))
