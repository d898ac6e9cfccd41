"""Order one product, to the buyer's default address."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.storefront.orders.presenter import respond_bought, wait_until_opened
from souk.storefront.orders.schemas import BuyerOrder, NewBuyerOrder
from souk.wiring.orders import placing


def replay(request: Request, order_id: str) -> Response:
    return respond_bought(wait_until_opened(lambda: placing().resume(request.caller.id, order_id)))


@endpoint(
    "POST /buyers/orders",
    roles=SIGNED_IN,
    body=NewBuyerOrder,
    returns=BuyerOrder,
    status=201,
    errors=(403, 404, 409),
    replay=replay,
)
def handler(request: Request) -> Response:
    """Order one product; without an address the shipping is domestic and there is no tax."""
    buyer_id = request.caller.id
    return respond_bought(placing().place(buyer_id, request.body.to_purchase(buyer_id), request.idempotency))
