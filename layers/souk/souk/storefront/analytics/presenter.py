"""A seller's report as an answer."""

from __future__ import annotations

from typing import Any

from souk.storefront.analytics.model.counters import ProductSales, Report, Tally
from souk.storefront.analytics.schemas import AnalyticsOut, DayOut, ProductSalesOut


def present_report(report: Report, seller_id: str) -> AnalyticsOut:
    return AnalyticsOut.of(
        report,
        seller_id=seller_id,
        first=report.period.first,
        last=report.period.last,
        **_sales(report.total, report),
        by_day=[DayOut(date=day, **_sales(tally, report)) for day, tally in report.by_day],
        by_product=[_product(sales, report) for sales in report.by_product],
    )


def _product(sales: ProductSales, report: Report) -> ProductSalesOut:
    tally = sales.tally
    return ProductSalesOut.of(sales, revenue=report.money(tally.revenue).amount, orders=tally.orders, units=tally.units)


def _sales(tally: Tally, report: Report) -> dict[str, Any]:
    return {
        "revenue": report.money(tally.revenue).amount,
        "refunds": report.money(tally.refunds).amount,
        "net": report.money(tally.net).amount,
        "orders": tally.orders,
        "units": tally.units,
    }
