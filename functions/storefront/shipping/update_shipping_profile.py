"""Change shipping prices."""

from souk.http.endpoint import Request, Response, endpoint
from souk.http.messages import etag
from souk.storefront.shipping.presenter import present
from souk.storefront.shipping.schemas import ShippingProfileOut, ShippingProfilePatch
from souk.wiring.shipping import shipping


@endpoint(
    "PATCH /shipping-profiles/{id}",
    roles=frozenset({"seller"}),
    body=ShippingProfilePatch,
    returns=ShippingProfileOut,
    if_match=True,
)
def handler(request: Request) -> Response:
    """Change what is sent; it applies to orders placed from now on."""
    profile = shipping().edit(request.caller.id, request.params["id"], request.body.changes(), request.if_match)
    return Response(present(profile), headers=etag(profile.version))
