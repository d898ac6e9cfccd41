"""Give money back, by the seller of the lines or by an operator."""

from souk.http.endpoint import Request, endpoint
from souk.storefront.orders.presenter import present_refund
from souk.storefront.orders.refund_schemas import NewRefund
from souk.storefront.orders.schemas import RefundOut
from souk.storefront.orders.service.refunds import RefundDesk
from souk.wiring.identity import admit_fresh
from souk.wiring.settlement import refunds


def replay(request: Request, refund_id: str) -> RefundOut:
    return present_refund(refunds().find(_desk(request), refund_id))


@endpoint(
    "POST /orders/{id}/refunds",
    roles=frozenset({"seller", "Operator"}),
    body=NewRefund,
    returns=RefundOut,
    status=201,
    replay=replay,
    admit=admit_fresh,
)
def handler(request: Request) -> RefundOut:
    """Refund lines, an amount or all of a seller's part; never more than was paid for it."""
    return present_refund(refunds().request(_desk(request), request.body.to_wish(), request.idempotency))


def _desk(request: Request) -> RefundDesk:
    return RefundDesk(request.caller.id, "Operator" in request.caller.roles, request.params["id"])
