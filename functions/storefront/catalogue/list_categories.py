"""The storefront's categories."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.storefront.catalogue.presenter import present_categories
from souk.storefront.catalogue.schemas import CategoriesOut


@endpoint("GET /categories", roles=ANYONE, returns=CategoriesOut)
def handler(_request: Request) -> Response:
    """All categories; they change only with a release."""
    return Response(present_categories(), headers={"Cache-Control": "public, max-age=3600"})
