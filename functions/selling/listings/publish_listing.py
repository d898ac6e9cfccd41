"""Send an approved listing to its marketplaces."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.selling.listings.presenter import respond_when_settled
from souk.selling.listings.schemas import ListingOut, MarketplaceChoice
from souk.wiring.auth import reload_caller
from souk.wiring.listings import listings, media_store


def replay(request: Request, listing_id: str) -> Response:
    return respond_when_settled(request, listings(), listings().get(request.caller.id, listing_id), media_store())


@endpoint(
    "POST /listings/{id}/publish",
    roles=SIGNED_IN,
    body=MarketplaceChoice,
    returns=ListingOut,
    status=202,
    errors=(422, 502),
    replay=replay,
    reload=reload_caller,
    waits=True,
)
def handler(request: Request) -> Response:
    """Start publishing; 202 at once, or the outcome with `Prefer: wait` (422 when a marketplace refuses)."""
    listing = listings().request_publication(
        request.caller.id, request.params["id"], request.body.marketplaces, request.idempotency
    )
    return respond_when_settled(request, listings(), listing, media_store())
