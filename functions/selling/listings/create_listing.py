"""A new draft."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.selling.listings.presenter import respond
from souk.selling.listings.schemas import ListingOut, NewListing
from souk.wiring.listings import listings, media_store


def replay(request: Request, listing_id: str) -> Response:
    return respond(listings().get(request.caller.id, listing_id), media_store(), 201)


@endpoint("POST /listings", roles=SIGNED_IN, body=NewListing, returns=ListingOut, status=201, replay=replay)
def handler(request: Request) -> Response:
    """Create a listing as a draft."""
    listing = listings().create(request.caller.id, request.body.to_fields(), request.idempotency)
    return respond(listing, media_store(), 201)
