"""Refunds, by the seller of the lines or by an operator."""

from souk.http.endpoint import Request, endpoint
from souk.storefront.orders.model import RefundActor
from souk.storefront.orders.presenter import present_refund
from souk.storefront.orders.schemas import NewRefund, RefundOut
from souk.wiring.auth import reload_caller
from souk.wiring.orders import refunds


def replay(request: Request, refund_id: str) -> RefundOut:
    return present_refund(refunds().find(_actor(request), refund_id))


@endpoint(
    "POST /orders/{id}/refunds",
    roles=frozenset({"seller", "Operator"}),
    body=NewRefund,
    returns=RefundOut,
    status=201,
    replay=replay,
    reload=reload_caller,
)
def handler(request: Request) -> RefundOut:
    """Refund lines, an amount or all of a seller's part; never more than was paid for it."""
    return present_refund(refunds().request(_actor(request), request.body.to_request(), request.idempotency))


def _actor(request: Request) -> RefundActor:
    return RefundActor(request.caller.id, "Operator" in request.caller.roles, request.params["id"])
