"""What the marketplaces would say and charge. Nothing is published."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.selling.listings.presenter import present_preflight
from souk.selling.listings.schemas import MarketplaceChoice, PreflightsOut
from souk.wiring.auth import reload_caller
from souk.wiring.listings import preflight


@endpoint(
    "POST /listings/{id}/preflight",
    roles=SIGNED_IN,
    body=MarketplaceChoice,
    returns=PreflightsOut,
    errors=(409, 422, 502),
    reload=reload_caller,
)
def handler(request: Request) -> PreflightsOut:
    """Verify at each marketplace; 422 with its own words when one would refuse."""
    verified = preflight().verify(request.caller.id, request.params["id"], request.body.marketplaces)
    return PreflightsOut(data=[present_preflight(name, quote) for name, quote in verified])
