"""Requests of the search routes as queries, and what was found as their answers."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from souk.http.messages import Request, Response
from souk.selling.photos.presenter import small_media_url
from souk.storefront.catalogue.model import category_named, category_of
from souk.storefront.search.model import MOST_RESULTS, Facets, Found, ProductDocument, ProductQuery
from souk.storefront.search.schemas import (
    BrowsedProduct,
    BrowsedProducts,
    BrowseQuery,
    CategoryCount,
    FacetsOut,
    Pagination,
    PriceCount,
    ProductsOut,
    ProductsQuery,
    ProductSummary,
    RatingCount,
    SellerOut,
)

_LONGEST_DESCRIPTION: Final = 5000
"""In a list: a hundred of the longest descriptions would be more than Lambda can answer."""


def to_query(asked: ProductsQuery) -> ProductQuery:
    return ProductQuery(
        text=_text(asked.search),
        seller_id=asked.seller_id,
        category_id=_category_id(asked.category_id),
        min_price=asked.min_price,
        max_price=asked.max_price,
        min_rating=asked.min_rating,
        in_stock=asked.in_stock,
        sort=asked.sort,
        page=asked.page,
        limit=asked.limit,
        facets=asked.facets,
    )


def to_browse_query(asked: BrowseQuery) -> ProductQuery:
    """An unknown category is searched in `other`, where its products are."""
    category = category_named(asked.category).id if asked.category else None
    return ProductQuery(text=_text(asked.q), category_id=category, page=asked.page, limit=asked.limit)


def present_found(request: Request, found: Found) -> Response:
    asked: ProductsQuery = request.query
    body = ProductsOut(
        data=[_summary(product, request.origin) for product in found.products],
        pagination=Pagination(total=found.total, page=asked.page, limit=asked.limit),
        facets=_present_facets(found.facets) if found.facets else None,
    )
    return Response(body, headers=_next_page(request, asked.page, asked.limit, found.total))


def present_browsed(request: Request, found: Found) -> Response:
    asked: BrowseQuery = request.query
    body = BrowsedProducts(products=[_browsed(product) for product in found.products])
    return Response(body, headers=_next_page(request, asked.page, asked.limit, found.total))


def _text(given: str | None) -> str | None:
    """None for a blank text."""
    return given if given and given.strip() else None


def _category_id(given: str | None) -> str | None:
    if not given:
        return None
    named = category_named(given)
    return named.id if given.strip().casefold() in (named.id, named.name.casefold()) else given


def _summary(product: ProductDocument, origin: str) -> ProductSummary:
    return ProductSummary.of(
        product,
        currency=product.price.currency,
        image_url=_image_url(product.image, origin),
        seller=SellerOut(id=product.seller_id, shop_name=product.seller_name),
        rating=product.rating.average,
        review_count=product.rating.count,
        in_stock=product.available > 0,
    )


def _browsed(product: ProductDocument) -> BrowsedProduct:
    category = category_of(product.category_id)
    return BrowsedProduct.of(
        product,
        name=product.title,
        category=category.name if category else product.category_id,
        description=_beginning(product.description),
        currency=product.price.currency,
        inventory=product.available,
    )


def _beginning(description: str) -> str:
    if len(description) <= _LONGEST_DESCRIPTION:
        return description
    return f"{description[: _LONGEST_DESCRIPTION - 1]}…"


def _image_url(image: str | None, origin: str) -> str | None:
    return image if image is None or image.startswith("https://") else small_media_url(origin, image)


def _present_facets(facets: Facets) -> FacetsOut:
    return FacetsOut(
        categories=[
            CategoryCount(category_id=id, name=category.name if (category := category_of(id)) else id, count=count)
            for id, count in facets.categories
        ],
        prices=[PriceCount(min=range.low, max=range.high, count=range.count) for range in facets.prices],
        ratings=[RatingCount(min_rating=stars, count=count) for stars, count in facets.ratings],
        in_stock=facets.in_stock,
    )


def _next_page(request: Request, page: int, limit: int, total: int) -> dict[str, str]:
    """The Link header of the next page, if there is one that can be paged to."""
    if page * limit >= total or (page + 1) * limit > MOST_RESULTS:
        return {}
    query = urlencode({**request.raw_query, "page": page + 1})
    return {"Link": f'<{request.path}?{query}>; rel="next"'}
