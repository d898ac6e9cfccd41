"""DELETE /listings/{id}: a published listing is ended at its marketplaces first."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.selling.listings.presenter import respond
from souk.wiring.listings import listings, media_store


@endpoint(roles=SIGNED_IN, status=204)
def handler(request: Request) -> Response:
    """204 when it is gone; 202 while its publications are being ended."""
    ending = listings().delete(request.caller.id, request.params["id"], request.if_match)
    return Response() if ending is None else respond(ending, media_store(), 202)
