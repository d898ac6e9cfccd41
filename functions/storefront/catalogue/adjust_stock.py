"""Adds units of a product to its stock, or removes them."""

from souk.http.endpoint import Request, endpoint
from souk.storefront.catalogue.presenter import present_movement
from souk.storefront.catalogue.schemas import StockMove, StockOut
from souk.wiring.catalogue import catalogue


def replay(request: Request, movement_id: str) -> StockOut:
    """The movement of the first call, and how many there are now."""
    return present_movement(*catalogue().movement(request.caller.id, request.params["id"], movement_id))


@endpoint("POST /products/{id}/stock", roles=frozenset({"seller"}), body=StockMove, returns=StockOut, replay=replay)
def handler(request: Request) -> StockOut:
    """Change the stock by `delta`; it never falls below 0."""
    wanted = request.body
    moved = catalogue().adjust_stock(
        request.caller.id, request.params["id"], wanted.delta, wanted.reason, request.idempotency
    )
    return present_movement(*moved)
