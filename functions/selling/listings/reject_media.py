"""The owner wants other media."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.selling.listings.presenter import respond
from souk.selling.listings.schemas import ListingOut, Rejection
from souk.wiring.listings import listings, media_store


def replay(request: Request, listing_id: str) -> Response:
    return respond(listings().get(request.caller.id, listing_id), media_store())


@endpoint("POST /listings/{id}/reject-media", roles=SIGNED_IN, body=Rejection, returns=ListingOut, replay=replay)
def handler(request: Request) -> Response:
    """Back to draft, without media."""
    rejected = listings().reject(request.caller.id, request.params["id"], request.body.reason, request.idempotency)
    return respond(rejected, media_store())
