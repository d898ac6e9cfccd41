"""Wire shapes of the product search."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from souk.http.fields import AmountOut, Line, QueryAmount, QueryInteger, QueryNumber, Text, Wire
from souk.shared.errors import InvalidValue
from souk.storefront.search.model import MOST_RESULTS, Sort

_LONGEST_TEXT = 500
_LONGEST_NAME = 200


class _Paged(Wire):
    page: Annotated[QueryInteger, Field(ge=1, le=MOST_RESULTS)] = 1
    limit: Annotated[QueryInteger, Field(ge=1, le=100)] = 20

    @model_validator(mode="after")
    def _within_reach(self) -> Self:
        if self.page * self.limit > MOST_RESULTS:
            raise InvalidValue(
                f"page times limit goes to {MOST_RESULTS}; narrow the search instead",
                code="too_large",
                limit=MOST_RESULTS,
            )
        return self


class ProductsQuery(_Paged):
    """`category_id`: a category's id, or its name in any case. `in_stock` false filters nothing."""

    search: Annotated[Text, Field(max_length=_LONGEST_TEXT)] | None = None
    seller_id: Annotated[Line, Field(max_length=_LONGEST_NAME)] | None = None
    category_id: Annotated[Line, Field(max_length=_LONGEST_NAME)] | None = None
    min_price: QueryAmount | None = None
    max_price: QueryAmount | None = None
    min_rating: Annotated[QueryNumber, Field(ge=0, le=5, allow_inf_nan=False)] | None = None
    in_stock: bool = False
    sort: Sort = Sort.RELEVANCE
    facets: bool = False


class BrowseQuery(_Paged):
    limit: Annotated[QueryInteger, Field(ge=1, le=100)] = 100
    category: Annotated[Line, Field(max_length=_LONGEST_NAME)] | None = None
    q: Annotated[Text, Field(max_length=_LONGEST_TEXT)] | None = None


class SellerOut(Wire):
    id: str
    shop_name: str


class ProductSummary(Wire):
    """`rating` is the mean of its reviews to one decimal, null without any."""

    id: str
    title: str
    price: AmountOut
    currency: str
    category_id: str
    image_url: str | None
    seller: SellerOut
    rating: float | None
    review_count: int
    in_stock: bool
    created_at: datetime


class Pagination(Wire):
    total: int
    page: int
    limit: int


class CategoryCount(Wire):
    category_id: str
    name: str
    count: int


class PriceCount(Wire):
    """Prices from `min` to below `max`; null: no bound."""

    min: AmountOut | None
    max: AmountOut | None
    count: int


class RatingCount(Wire):
    """Products of `min_rating` stars or more."""

    min_rating: int
    count: int


class FacetsOut(Wire):
    """Of all products found, not of the page alone."""

    categories: list[CategoryCount]
    prices: list[PriceCount]
    ratings: list[RatingCount]
    in_stock: int


class ProductsOut(Wire):
    data: list[ProductSummary]
    pagination: Pagination
    facets: FacetsOut | None = None


class BrowsedProduct(Wire):
    """A `description` is cut at 5000 characters with an ellipsis; GET /products/{id} has all of it."""

    id: str
    name: str
    category: str
    description: str
    price: AmountOut
    currency: str
    inventory: int
    seller_name: str


class BrowsedProducts(Wire):
    products: list[BrowsedProduct]
