"""Takes the stock of an order, and opens its checkout session."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.storefront.orders.presenter import respond_placed, wait_until_opened
from souk.storefront.orders.schemas import NewOrder, PlacedOrder
from souk.wiring.orders import placing


def replay(request: Request, order_id: str) -> Response:
    return respond_placed(wait_until_opened(lambda: placing().resume(request.caller.id, order_id)))


@endpoint(
    "POST /orders",
    roles=SIGNED_IN,
    body=NewOrder,
    returns=PlacedOrder,
    status=201,
    errors=(404, 409),
    replay=replay,
)
def handler(request: Request) -> Response:
    """Place an order; 409 with what is left when there is not enough."""
    return respond_placed(placing().place(request.caller.id, request.body.to_purchase(), request.idempotency))
