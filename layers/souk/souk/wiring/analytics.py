"""Analytics: what counts, what reports, and what counts anew."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from souk.storefront.analytics.repository import CounterRepository, ShelfRepository
    from souk.storefront.analytics.service import AnalyticsService, Recount, SalesCounter, StockCounter


@cache
def counters() -> CounterRepository:
    from souk.aws.settings import setting
    from souk.storefront.analytics.repository import CounterRepository

    return CounterRepository(storage.tables(), setting("SOUK_ANALYTICS_TABLE"))


@cache
def sales_counter() -> SalesCounter:
    from souk.storefront.analytics.service import SalesCounter

    return SalesCounter(counters())


@cache
def shelves() -> ShelfRepository:
    from souk.aws.settings import setting
    from souk.storefront.analytics.repository import ShelfRepository

    return ShelfRepository(storage.tables(), setting("SOUK_ANALYTICS_TABLE"))


@cache
def stock_counter() -> StockCounter:
    from souk.storefront.analytics.service import StockCounter

    return StockCounter(shelves())


@cache
def analytics() -> AnalyticsService:
    from souk.shared.clock import utc_now
    from souk.storefront.analytics.service import AnalyticsService

    return AnalyticsService(counters(), shelves(), utc_now)


def recount(after: Mapping[str, str] | None) -> Recount:
    """Count what a page of all orders tells and is not counted yet."""
    from souk.aws.settings import setting
    from souk.storefront.analytics.repository import TablePages, order_of

    return sales_counter().recount(TablePages(storage.tables(), setting("SOUK_ORDERS_TABLE"), order_of), after)


def recount_stock(after: Mapping[str, str] | None) -> Recount:
    """Count what a page of the catalogue tells and is not counted yet."""
    from souk.aws.settings import setting
    from souk.storefront.analytics.repository import TablePages
    from souk.storefront.analytics.stream.product_stock import shelf_of

    return stock_counter().recount(TablePages(storage.tables(), setting("SOUK_CATALOGUE_TABLE"), shelf_of), after)
