"""The shops that the caller follows."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.http.pagination import PageQuery, from_cursor
from souk.storefront.sellers.presenter import present_following
from souk.storefront.sellers.schemas import FollowedShops
from souk.wiring.sellers import follows


@endpoint("GET /users/following", roles=SIGNED_IN, query=PageQuery, returns=FollowedShops)
def handler(request: Request) -> FollowedShops:
    """The shops that the caller follows, newest first, without those that may not sell now."""
    query = request.query
    return present_following(*follows().following(request.caller.id, query.limit, from_cursor(query.cursor, "id")))
