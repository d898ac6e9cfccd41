"""The caller's products, in the field names of the marketplace document."""

from souk.http.endpoint import Request, endpoint
from souk.http.pagination import PageQuery, from_cursor
from souk.storefront.catalogue.presenter import present_page_for_seller
from souk.storefront.catalogue.schemas import SellerProductsOut
from souk.wiring.catalogue import catalogue


@endpoint("GET /sellers/{seller_id}/products", roles=frozenset({"seller"}), query=PageQuery, returns=SellerProductsOut)
def handler(request: Request) -> SellerProductsOut:
    """All of the caller's products, hidden ones too, newest first."""
    query, seller_id = request.query, request.own("seller_id")
    page = catalogue().list(seller_id, limit=query.limit, after=from_cursor(query.cursor, "id"))
    return present_page_for_seller(request.origin, *page)
