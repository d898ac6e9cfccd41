"""Analytics: what counts, what reports, and what counts anew."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from souk.analytics.repository import CounterRepository, ShelfRepository
    from souk.analytics.service import AnalyticsService, Recount, SalesCounter, StockCounter


@cache
def counters() -> CounterRepository:
    from souk.analytics.repository import CounterRepository
    from souk.aws.settings import setting

    return CounterRepository(storage.tables(), setting("SOUK_ANALYTICS_TABLE"))


@cache
def sales_counter() -> SalesCounter:
    from souk.analytics.service import SalesCounter

    return SalesCounter(counters())


@cache
def shelves() -> ShelfRepository:
    from souk.analytics.repository import ShelfRepository
    from souk.aws.settings import setting

    return ShelfRepository(storage.tables(), setting("SOUK_ANALYTICS_TABLE"))


@cache
def stock_counter() -> StockCounter:
    from souk.analytics.service import StockCounter

    return StockCounter(shelves())


@cache
def analytics() -> AnalyticsService:
    from souk.analytics.service import AnalyticsService
    from souk.clock import utc_now

    return AnalyticsService(counters(), shelves(), utc_now)


def recount(after: Mapping[str, str] | None) -> Recount:
    """Count what a page of all orders tells and is not counted yet."""
    from souk.analytics.repository import TablePages, order_of
    from souk.aws.settings import setting

    return sales_counter().recount(TablePages(storage.tables(), setting("SOUK_ORDERS_TABLE"), order_of), after)


def recount_stock(after: Mapping[str, str] | None) -> Recount:
    """Count what a page of the catalogue tells and is not counted yet."""
    from souk.analytics.repository import TablePages
    from souk.analytics.shelves import shelf_of
    from souk.aws.settings import setting

    return stock_counter().recount(TablePages(storage.tables(), setting("SOUK_CATALOGUE_TABLE"), shelf_of), after)
