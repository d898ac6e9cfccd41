"""Adds a report about a parcel."""

from souk.http.endpoint import Request, endpoint
from souk.storefront.orders.presenter import present_tracking
from souk.storefront.orders.schemas import NewTracking, TrackingOut
from souk.wiring.auth import reload_caller
from souk.wiring.orders import sales


def replay(request: Request, entry_id: str) -> TrackingOut:
    return present_tracking(sales().get_tracking(request.caller.id, request.params["order_id"], entry_id))


@endpoint(
    "POST /sellers/orders/{order_id}/tracking",
    roles=frozenset({"seller"}),
    body=NewTracking,
    returns=TrackingOut,
    status=201,
    replay=replay,
    reload=reload_caller,
)
def handler(request: Request) -> TrackingOut:
    """Report about the caller's parcel; a status moves the caller's part there."""
    order_id, update = request.params["order_id"], request.body.to_update()
    return present_tracking(sales().add_tracking(request.caller.id, order_id, update, request.idempotency))
