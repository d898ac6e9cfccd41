"""The storefront's categories."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.storefront.catalogue.views import CategoriesOut


@endpoint("GET /categories", roles=ANYONE, returns=CategoriesOut)
def handler(_request: Request) -> Response:
    """All categories; they change with a release only."""
    return Response(CategoriesOut.all(), headers={"Cache-Control": "public, max-age=3600"})
