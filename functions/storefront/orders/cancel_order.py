"""The buyer cancels, until anything has shipped; what is paid is refunded."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.storefront.orders.presenter import respond
from souk.storefront.orders.schemas import OrderOut
from souk.wiring.identity import admit_fresh
from souk.wiring.orders import purchases
from souk.wiring.settlement import settlement


def replay(request: Request, order_id: str) -> Response:
    """A refund that was left unfinished is taken up."""
    settlement().take_up(request.caller.id, order_id)
    return respond(*purchases().get(request.caller.id, order_id))


@endpoint(
    "POST /orders/{id}/cancel",
    roles=SIGNED_IN,
    returns=OrderOut,
    errors=(502,),
    replay=replay,
    admit=admit_fresh,
)
def handler(request: Request) -> Response:
    """Cancel an order; unpaid it cannot be paid any more, paid it is refunded."""
    settlement().cancel(request.caller.id, request.params["id"], request.idempotency)
    return respond(*purchases().get(request.caller.id, request.params["id"]))
