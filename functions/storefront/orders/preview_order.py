"""What an order would cost."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.storefront.orders.presenter import present_quote
from souk.storefront.orders.schemas import Checkout, Quote
from souk.wiring.orders import drafting


@endpoint("POST /orders/checkout", roles=SIGNED_IN, body=Checkout, returns=Quote, errors=(404, 409, 422))
def handler(request: Request) -> Quote:
    """Preview an order: its totals, or the refusal that placing it would meet."""
    return present_quote(drafting().preview(request.caller.id, request.body.to_purchase()))
