"""A seller's sales by day and by product, and the stock."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.storefront.analytics.presenter import present_report
from souk.storefront.analytics.schemas import AnalyticsOut, AnalyticsQuery
from souk.wiring.analytics import analytics


@endpoint("GET /sellers/{seller_id}/analytics", roles=SIGNED_IN, query=AnalyticsQuery, returns=AnalyticsOut)
def handler(request: Request) -> AnalyticsOut:
    """Report one's own sales and stock."""
    seller_id, query = request.params["seller_id"], request.query
    report = analytics().report(request.caller.id, seller_id, query.first, query.last, query.currency)
    return present_report(report, seller_id)
