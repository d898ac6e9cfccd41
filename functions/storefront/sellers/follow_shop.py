"""Follow a shop."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.storefront.sellers.schemas import Follow
from souk.wiring.sellers import follows


def replay(_request: Request, shop_id: str) -> Follow:
    return Follow(id=shop_id, following=True)


@endpoint("POST /sellers/{id}/follow", roles=SIGNED_IN, returns=Follow, replay=replay)
def handler(request: Request) -> Follow:
    """Follow a shop; following it again is success and counts once."""
    shop_id = request.params["id"]
    follows().follow(request.caller.id, shop_id, request.idempotency)
    return Follow(id=shop_id, following=True)
