"""What can be asked of the product search and what it answers. Pure.

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

DEEPEST: Final = 10_000
"""Results beyond this place cannot be paged to."""
PRICE_STEPS: Final = tuple(Decimal(step) for step in (10, 25, 50, 100, 250, 500, 1000))
"""Where one range of the price facet ends and the next begins."""


class IndexUnavailable(DependencyUnavailable):
    """The index cannot be read, or is not whole."""

    code = "search_unavailable"


class Sort(StrEnum):
    RELEVANCE = "relevance"
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    NEWEST = "newest"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class ProductDocument:
    """A product as the index knows it.

    image: the address of its first picture, or the content hash of one of ours.
    revision: the sum of the versions of all that it is made of, so that a later state has a greater one.
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
    """`text` None: whatever fits the filters. Relevance without a text is the newest first."""

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
    """Products from `low` on and below `high`; None is open."""

    low: Decimal | None
    high: Decimal | None
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many of the products found are of which kind.

    categories: by id, the most first. ratings: by the least stars, those with more included.
    """

    categories: tuple[tuple[str, int], ...] = ()
    prices: tuple[PriceRange, ...] = ()
    ratings: tuple[tuple[int, int], ...] = ()
    in_stock: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """One page, and how many there are in all."""

    products: tuple[ProductDocument, ...]
    total: int
    facets: Facets | None = None


class ProductSearch(Protocol):
    def search(self, query: ProductQuery) -> Found:
        """Raises IndexUnavailable."""
        ...
