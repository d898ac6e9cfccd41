"""Change a listing. Any edit voids an approval; a published one is revised where it is live."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.selling.listings.presenter import respond
from souk.selling.listings.schemas import ListingChanges, ListingOut
from souk.wiring.listings import listings, media_store


@endpoint(
    "PATCH /listings/{id}",
    roles=SIGNED_IN,
    body=ListingChanges,
    returns=ListingOut,
    answers={202: ListingOut},
    if_match=True,
)
def handler(request: Request) -> Response:
    """Change what is sent; 202 while marketplaces are being updated."""
    changed = listings().edit(request.caller.id, request.params["id"], request.body.to_edit(), request.if_match)
    return respond(changed, media_store(), 202 if changed.publications_at_work else 200)
