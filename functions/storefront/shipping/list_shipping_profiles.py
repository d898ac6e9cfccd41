"""The caller's shipping profiles."""

from souk.http.endpoint import Request, endpoint
from souk.http.pagination import PageQuery, from_cursor
from souk.storefront.shipping.presenter import present_page
from souk.storefront.shipping.schemas import ShippingProfilesOut
from souk.wiring.shipping import shipping


@endpoint("GET /shipping-profiles", roles=frozenset({"seller"}), query=PageQuery, returns=ShippingProfilesOut)
def handler(request: Request) -> ShippingProfilesOut:
    """The caller's shipping profiles, newest first."""
    query = request.query
    page = shipping().list(request.caller.id, limit=query.limit, after=from_cursor(query.cursor, "id"))
    return present_page(*page)
