"""The owner has looked at the media and the text, and approves them."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.selling.listings.presenter import respond
from souk.selling.listings.schemas import Approval, ListingOut
from souk.wiring.listings import listings, media_store


def replay(request: Request, listing_id: str) -> Response:
    return respond(listings().get(request.caller.id, listing_id), media_store())


@endpoint("POST /listings/{id}/approve-media", roles=SIGNED_IN, body=Approval, returns=ListingOut, replay=replay)
def handler(request: Request) -> Response:
    """Approve; 409 when the media are not those that `media_hash` names."""
    approved = listings().approve(request.caller.id, request.params["id"], request.body.media_hash, request.idempotency)
    return respond(approved, media_store())
