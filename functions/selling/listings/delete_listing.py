"""A published listing is ended at its marketplaces first."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.selling.listings.presenter import respond
from souk.selling.listings.schemas import ListingOut
from souk.wiring.listings import listings, media_store


@endpoint("DELETE /listings/{id}", roles=SIGNED_IN, status=204, answers={202: ListingOut}, if_match=True)
def handler(request: Request) -> Response:
    """204 when it is gone; 202 while its publications are being ended."""
    ending = listings().delete(request.caller.id, request.params["id"], request.if_match)
    return Response() if ending is None else respond(ending, media_store(), 202)
