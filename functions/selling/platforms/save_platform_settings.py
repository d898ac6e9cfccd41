"""The terms on which the caller sells there."""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.http.messages import etag
from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from souk.wiring.platforms import selling_terms


@endpoint("PUT /platforms/{platform}/settings", roles=SIGNED_IN, body=EbaySettings, returns=EbaySettings, if_match=True)
def handler(request: Request) -> Response:
    """Save the caller's settings on a platform as a whole."""
    terms = selling_terms().save(request.caller.id, request.params["platform"], request.body, request.if_match)
    return Response(terms.settings, headers=etag(terms.version))
