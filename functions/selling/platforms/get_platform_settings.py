"""The terms on which the caller sells there."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.http.messages import etag
from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from souk.wiring.platforms import selling_terms


@endpoint("GET /platforms/{platform}/settings", roles=SIGNED_IN, returns=EbaySettings)
def handler(request: Request) -> Response:
    """The caller's settings on a platform; its defaults when none were saved."""
    terms = selling_terms().get(request.caller.id, request.params["platform"])
    return Response(terms.settings, headers=etag(terms.version))
