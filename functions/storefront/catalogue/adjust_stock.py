"""Units of a product come or go."""

from souk.http.endpoint import Request, endpoint
from souk.storefront.catalogue.schemas import StockMove
from souk.storefront.catalogue.views import StockOut
from souk.wiring.catalogue import catalogue


def replay(request: Request, movement_id: str) -> StockOut:
    """The movement that this key has made, and how many there are now."""
    return StockOut.of(*catalogue().movement(request.caller.id, request.params["id"], movement_id))


@endpoint("POST /products/{id}/stock", roles=frozenset({"seller"}), body=StockMove, returns=StockOut, replay=replay)
def handler(request: Request) -> StockOut:
    """Move the stock by `delta`; it never falls below 0."""
    wanted = request.body
    moved = catalogue().adjust_stock(
        request.caller.id, request.params["id"], wanted.delta, wanted.reason, request.idempotency
    )
    return StockOut.of(*moved)
