"""One listing, with addresses of its media that work for 15 minutes."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.selling.listings.presenter import respond
from souk.selling.listings.schemas import ListingOut
from souk.wiring.listings import listings, media_store


@endpoint("GET /listings/{id}", roles=SIGNED_IN, returns=ListingOut)
def handler(request: Request) -> Response:
    """Read one of the caller's listings; while it is live on souk, its quantity is what its product has left."""
    listing = listings().get(request.caller.id, request.params["id"])
    return respond(listing, media_store(), quantity=listings().quantity_of(listing))
