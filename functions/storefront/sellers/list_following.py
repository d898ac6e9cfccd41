"""The shops that the caller follows."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.http.pagination import PageQuery, from_cursor
from souk.storefront.sellers.schemas import FollowedShops
from souk.wiring.sellers import follows


@endpoint("GET /users/following", roles=SIGNED_IN, query=PageQuery, returns=FollowedShops)
def handler(request: Request) -> FollowedShops:
    """The shops that the caller follows, newest first; those that must not sell now are left out."""
    query = request.query
    return FollowedShops.of(*follows().following(request.caller.id, query.limit, from_cursor(query.cursor, "id")))
