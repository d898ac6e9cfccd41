"""One order with its lines, payment and tracking."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.storefront.orders.presenter import respond
from souk.storefront.orders.schemas import OrderOut
from souk.wiring.orders import purchases


@endpoint("GET /orders/{id}", roles=SIGNED_IN, returns=OrderOut)
def handler(request: Request) -> Response:
    """Read one of the caller's orders."""
    return respond(*purchases().get(request.caller.id, request.params["id"]))
