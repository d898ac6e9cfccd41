"""Where an order's parcels are; held until there is news, if asked for."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.storefront.orders.presenter import respond_tracking
from souk.storefront.orders.schemas import OrderTracking
from souk.wiring.orders import purchases


@endpoint("GET /orders/{id}/tracking", roles=SIGNED_IN, returns=OrderTracking, answers={304: None}, waits=True)
def handler(request: Request) -> Response:
    """Follow an order: with If-None-Match 304 when nothing is new, after `Prefer: wait` if that is sent too."""
    buyer_id, order_id = request.caller.id, request.params["id"]
    return respond_tracking(request, lambda: purchases().get(buyer_id, order_id))
