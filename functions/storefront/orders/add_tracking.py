"""Tell where a parcel is."""

from souk.http.endpoint import Request, endpoint
from souk.storefront.orders.presenter import present_tracking
from souk.storefront.orders.schemas import NewTracking, TrackingOut
from souk.wiring.identity import admit_fresh
from souk.wiring.orders import sales


def replay(request: Request, entry_id: str) -> TrackingOut:
    return present_tracking(sales().told(request.caller.id, request.params["order_id"], entry_id))


@endpoint(
    "POST /sellers/orders/{order_id}/tracking",
    roles=frozenset({"seller"}),
    body=NewTracking,
    returns=TrackingOut,
    status=201,
    replay=replay,
    admit=admit_fresh,
)
def handler(request: Request) -> TrackingOut:
    """Tell something of the caller's parcel; a status moves the caller's part there."""
    order_id, news = request.params["order_id"], request.body.to_news()
    return present_tracking(sales().tell(request.caller.id, order_id, news, request.idempotency))
