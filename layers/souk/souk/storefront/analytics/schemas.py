"""Wire shapes of analytics."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

from souk.http.fields import Line, QueryDate, Shaped, Wire

Sum = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""An amount of money; negative when more was refunded than captured."""


class AnalyticsQuery(Wire):
    """UTC days, both included; by default the last 30, at most 366."""

    first: Annotated[QueryDate | None, Field(alias="from")] = None
    last: Annotated[QueryDate | None, Field(alias="to")] = None
    currency: Annotated[Line, Shaped(r"^[A-Z]{3}$", "must be a currency code of three capital letters")] | None = None


class SalesOut(Wire):
    """`revenue`: captured for goods and shipping, without tax. `refunds`: refunded of that. `net`: the difference."""

    revenue: Sum
    refunds: Sum
    net: Sum
    orders: int
    units: int


class DayOut(SalesOut):
    date: date


class ProductSalesOut(Wire):
    """`revenue` is that of the units alone, without shipping; refunds are not deducted."""

    product_id: str
    title: str
    revenue: Sum
    orders: int
    units: int


class InventoryOut(Wire):
    """All products in the shop, hidden ones too; usually about a second old."""

    products: int
    units: int
    out_of_stock: int


class AnalyticsOut(SalesOut):
    """In one currency: the requested one, or that of most orders. `currencies` are all currencies of the sales.

    `by_product` has the thousand products with the highest revenue.
    """

    seller_id: str
    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    currency: str
    currencies: list[str]
    by_day: list[DayOut]
    by_product: list[ProductSalesOut]
    inventory: InventoryOut
