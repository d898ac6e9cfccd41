"""Analytics: counting sales and stock, reporting them, and recounting."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from souk.storefront.analytics.repository import CounterRepository, StockRepository
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
def product_stocks() -> StockRepository:
    from souk.aws.settings import setting
    from souk.storefront.analytics.repository import StockRepository

    return StockRepository(storage.tables(), setting("SOUK_ANALYTICS_TABLE"))


@cache
def stock_counter() -> StockCounter:
    from souk.storefront.analytics.service import StockCounter

    return StockCounter(product_stocks())


@cache
def analytics() -> AnalyticsService:
    from souk.shared.clock import utc_now
    from souk.storefront.analytics.service import AnalyticsService

    return AnalyticsService(counters(), product_stocks(), utc_now)


def recount_sales(after: Mapping[str, str] | None) -> Recount:
    """Count the facts of a page of all orders that are not counted yet."""
    from souk.aws.settings import setting
    from souk.storefront.analytics.repository import TablePages, parse_order

    return sales_counter().recount(TablePages(storage.tables(), setting("SOUK_ORDERS_TABLE"), parse_order), after)


def recount_stock(after: Mapping[str, str] | None) -> Recount:
    """Count the products of a page of the catalogue that are not counted yet, or not as they are now."""
    from souk.aws.settings import setting
    from souk.storefront.analytics.repository import TablePages
    from souk.storefront.analytics.stream.product_stock import parse_product_stock

    pages = TablePages(storage.tables(), setting("SOUK_CATALOGUE_TABLE"), parse_product_stock)
    return stock_counter().recount(pages, after)
