"""Ask the operators to verify the caller's shop, which is opened if there is none."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.storefront.sellers.presenter import present_status
from souk.storefront.sellers.schemas import ApplicationStatus, SellerApplication
from souk.wiring.sellers import shops


def replay(request: Request, _shop_id: str) -> ApplicationStatus:
    return present_status(shops().own(request.caller.id))


@endpoint(
    "POST /sellers/apply",
    roles=SIGNED_IN,
    body=SellerApplication,
    returns=ApplicationStatus,
    status=201,
    errors=(409,),
    replay=replay,
)
def handler(request: Request) -> ApplicationStatus:
    """Apply to become a verified seller; while one application waits, another replaces it."""
    wanted = request.body
    shop = shops().apply(request.caller.id, wanted.shop_name, wanted.to_application(), request.idempotency)
    return present_status(shop)
