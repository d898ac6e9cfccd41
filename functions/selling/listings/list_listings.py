"""The caller's listings, newest first.

Each has its first picture only: of its media, or of its photos while it has no media, and no film. `GET /listings/{id}`
has them all.
"""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.http.pagination import from_cursor, to_cursor
from souk.selling.listings.presenter import present_briefly
from souk.selling.listings.schemas import ListingsOut, ListingsQuery
from souk.wiring.listings import listings, media_store


@endpoint("GET /listings", roles=SIGNED_IN, query=ListingsQuery, returns=ListingsOut)
def handler(request: Request) -> ListingsOut:
    """List the caller's listings, all or those of one status."""
    query = request.query
    found, following = listings().list(
        request.caller.id, status=query.status, limit=query.limit, after=from_cursor(query.cursor, "id")
    )
    urls = media_store()
    return ListingsOut(data=[present_briefly(listing, urls) for listing in found], next_cursor=to_cursor(following))
