"""What it costs to send things."""

from souk.http.endpoint import Request, Response, endpoint
from souk.http.response import etag
from souk.storefront.catalogue.model import ShippingProfile
from souk.storefront.shipping.schemas import NewShippingProfile, ShippingProfileOut
from souk.wiring.catalogue import shipping


def replay(request: Request, profile_id: str) -> Response:
    """Answer again for what this key has made."""
    return _answer(shipping().get(request.caller.id, profile_id))


@endpoint(
    "POST /shipping-profiles",
    roles=frozenset({"seller"}),
    body=NewShippingProfile,
    returns=ShippingProfileOut,
    status=201,
    errors=(409,),
    replay=replay,
)
def handler(request: Request) -> Response:
    """Make a shipping profile; products that name it are sent at its prices."""
    return _answer(shipping().create(request.caller.id, request.body.to_fields(), request.idempotency))


def _answer(profile: ShippingProfile) -> Response:
    return Response(ShippingProfileOut.of(profile), headers=etag(profile.version))
