"""Have pictures, a video and a text made."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.selling.listings.presenter import respond_when_settled
from souk.selling.listings.schemas import ListingOut
from souk.wiring.listings import listings, media_store


def replay(request: Request, listing_id: str) -> Response:
    return respond_when_settled(request, listings(), listings().get(request.caller.id, listing_id), media_store())


@endpoint(
    "POST /listings/{id}/generate-media",
    roles=SIGNED_IN,
    returns=ListingOut,
    status=202,
    errors=(422, 429, 502),
    replay=replay,
    waits=True,
)
def handler(request: Request) -> Response:
    """Start generating; 202 at once, or the outcome with `Prefer: wait`."""
    listing = listings().request_media(request.caller.id, request.params["id"], request.idempotency)
    return respond_when_settled(request, listings(), listing, media_store())
