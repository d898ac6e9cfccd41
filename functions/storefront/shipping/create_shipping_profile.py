"""A new shipping profile."""

from souk.http.endpoint import Request, Response, endpoint
from souk.http.messages import etag
from souk.storefront.catalogue.model import ShippingProfile
from souk.storefront.shipping.presenter import present
from souk.storefront.shipping.schemas import NewShippingProfile, ShippingProfileOut
from souk.wiring.shipping import shipping


def replay(request: Request, profile_id: str) -> Response:
    """The profile that the first call has created."""
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
    """Create a shipping profile; products that refer to it are sent at its prices."""
    return _answer(shipping().create(request.caller.id, request.body.to_fields(), request.idempotency))


def _answer(profile: ShippingProfile) -> Response:
    return Response(present(profile), headers=etag(profile.version))
