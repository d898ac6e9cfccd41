"""The buyer cancels, until anything has shipped; a paid order is refunded."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.storefront.orders.presenter import respond
from souk.storefront.orders.schemas import OrderOut
from souk.wiring.auth import reload_caller
from souk.wiring.orders import purchases, settlement


def replay(request: Request, order_id: str) -> Response:
    """Continues a refund that was left pending."""
    settlement().resume_refunds(request.caller.id, order_id)
    return respond(*purchases().get(request.caller.id, order_id))


@endpoint(
    "POST /orders/{id}/cancel",
    roles=SIGNED_IN,
    returns=OrderOut,
    errors=(502,),
    replay=replay,
    reload=reload_caller,
)
def handler(request: Request) -> Response:
    """Cancel an order; unpaid it cannot be paid any more, paid it is refunded."""
    settlement().cancel(request.caller.id, request.params["id"], request.idempotency)
    return respond(*purchases().get(request.caller.id, request.params["id"]))
