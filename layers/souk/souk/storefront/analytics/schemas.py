"""Wire shapes of analytics."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field, PlainSerializer, StringConstraints

from souk.http.fields import Wire
from souk.storefront.analytics.model.counters import ProductSales, Report, Tally

Sum = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""An amount of money, below zero when more went back than came in."""


class AnalyticsQuery(Wire):
    """UTC days, both included; the last 30 unless told, at most 366."""

    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None


class SalesOut(Wire):
    """`revenue`: captured for goods and shipping, without tax. `refunds`: what went back of that. `net`: the rest."""

    revenue: Sum
    refunds: Sum
    net: Sum
    orders: int
    units: int


class DayOut(SalesOut):
    date: date


class ProductSalesOut(Wire):
    """`revenue` is that of the units alone, refunded ones included."""

    product_id: str
    title: str
    revenue: Sum
    orders: int
    units: int

    @classmethod
    def of(cls, sales: ProductSales, report: Report) -> Self:
        return cls(
            product_id=sales.product_id,
            title=sales.title,
            revenue=report.money(sales.tally.revenue).amount,
            orders=sales.tally.orders,
            units=sales.tally.units,
        )


class InventoryOut(Wire):
    """Of all products in the shop, hidden ones too, as of a second or so ago."""

    products: int
    units: int
    out_of_stock: int


class AnalyticsOut(SalesOut):
    """In one currency: the one asked for, or that of most orders. `currencies` are all that something was sold in.

    `by_product` has the thousand products that brought most.
    """

    seller_id: str
    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    currency: str
    currencies: list[str]
    by_day: list[DayOut]
    by_product: list[ProductSalesOut]
    inventory: InventoryOut

    @classmethod
    def of(cls, report: Report, seller_id: str) -> Self:
        inventory = report.inventory
        return cls(
            seller_id=seller_id,
            first=report.period.first,
            last=report.period.last,
            currency=report.currency,
            currencies=list(report.currencies),
            **_sales(report.total, report),
            by_day=[DayOut(date=day, **_sales(tally, report)) for day, tally in report.by_day],
            by_product=[ProductSalesOut.of(sales, report) for sales in report.by_product],
            inventory=InventoryOut(
                products=inventory.products, units=inventory.units, out_of_stock=inventory.out_of_stock
            ),
        )


def _sales(tally: Tally, report: Report) -> dict[str, Any]:
    return {
        "revenue": report.money(tally.revenue).amount,
        "refunds": report.money(tally.refunds).amount,
        "net": report.money(tally.net).amount,
        "orders": tally.orders,
        "units": tally.units,
    }
