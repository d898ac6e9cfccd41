"""Queries of the product search, and their results. Pure.

Prices of all currencies are compared as plain numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from souk.shared.errors import DependencyUnavailable
from souk.shared.money import Money
from souk.storefront.sellers.model import Rating

MOST_RESULTS: Final = 10_000
"""Results after this one cannot be paged to."""
PRICE_STEPS: Final = tuple(Decimal(step) for step in (10, 25, 50, 100, 250, 500, 1000))
"""The bounds between the ranges of the price facet."""


class IndexUnavailable(DependencyUnavailable, code="search_unavailable"):
    """The index cannot be read, or is incomplete."""


class Sort(StrEnum):
    RELEVANCE = "relevance"
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    NEWEST = "newest"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class ProductDocument:
    """A product as the index has it.

    image: the address of its first picture, or the content hash of an uploaded picture.
    revision: the sum of the versions of the items it is made of, so a later state has a greater revision.
    """

    id: str
    seller_id: str
    seller_name: str
    title: str
    description: str
    category_id: str
    price: Money
    rating: Rating
    available: int
    image: str | None
    created_at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class ProductQuery:
    """`text` None: every product that passes the filters. RELEVANCE without a text sorts the newest first."""

    text: str | None = None
    seller_id: str | None = None
    category_id: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_rating: Decimal | None = None
    in_stock: bool = False
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    limit: int = 20
    facets: bool = False


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Products with a price from `low` to below `high`; None: no bound."""

    low: Decimal | None
    high: Decimal | None
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The numbers of the found products of each kind.

    categories: by id, the largest first. ratings: by the lowest number of stars, products with more included.
    """

    categories: tuple[tuple[str, int], ...] = ()
    prices: tuple[PriceRange, ...] = ()
    ratings: tuple[tuple[int, int], ...] = ()
    in_stock: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """One page of products, and the number of all that were found."""

    products: tuple[ProductDocument, ...]
    total: int
    facets: Facets | None = None


class ProductSearch(Protocol):
    def search(self, query: ProductQuery) -> Found:
        """Raises IndexUnavailable."""
        ...
