"""The requests and units of counting and reporting, measured and compared with docs/access-patterns.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from souk.storefront.catalogue.mapping import from_product, from_stock
from souk.storefront.catalogue.model import Stock
from tests.functions.capacity import billed, table_of
from tests.functions.cloud import Cloud
from tests.functions.storefront.analytics.sellers import (
    change,
    count_stock,
    deliver,
    product,
    record,
    recount,
    report,
    stock,
)
from tests.functions.template import ROOT
from tests.unit.storefront.analytics.paid_orders import ANA, NOW, an_order, capture, paid, refunded

DOCUMENT = ROOT / "docs" / "access-patterns.md"
SECTION = "Analytics"


def _counting(cloud: Cloud) -> Callable[[], Any]:
    order = an_order("new")
    event = {"Records": [record(order, order.pay(capture(order)))]}
    return lambda: cloud.invoke("count_sales", event)


def _counting_a_refund(cloud: Cloud) -> Callable[[], Any]:
    order = paid("new")
    event = {"Records": [record(order, refunded(order, "r1", {ANA: 100}))]}
    return lambda: cloud.invoke("count_sales", event)


def _counting_nothing(cloud: Cloud) -> Callable[[], Any]:
    order = paid("new")
    event = {"Records": [record(order, order.tracked(ANA, "DHL", "1"))]}
    return lambda: cloud.invoke("count_sales", event)


def _counting_a_new_product(cloud: Cloud) -> Callable[[], Any]:
    records = [change(None, from_product(product(ANA, "new"))), change(None, from_stock(Stock("new", 5, 1)))]
    return lambda: count_stock(cloud, records)


def _counting_changed_stock(cloud: Cloud) -> Callable[[], Any]:
    records = [change(from_stock(Stock("p5", 5, 1)), from_stock(Stock("p5", 4, 2)))]
    return lambda: count_stock(cloud, records)


def _counting_no_stock(cloud: Cloud) -> Callable[[], Any]:
    before = product(ANA, "p5")
    records = [change(from_product(before), from_product(replace(before, title="Brass lamp", version=2)))]
    return lambda: count_stock(cloud, records)


def _reporting(cloud: Cloud) -> Callable[[], Any]:
    return lambda: report(cloud, ANA)


WORK: dict[str, Callable[[Cloud], Callable[[], Any]]] = {
    "count a payment": _counting,
    "count a refund": _counting_a_refund,
    "any other change of an order": _counting_nothing,
    "count a new product": _counting_a_new_product,
    "count a product's changed stock": _counting_changed_stock,
    "any other change of a product": _counting_no_stock,
    "report a month": _reporting,
    "recount sales, nothing missing": lambda cloud: lambda: recount(cloud),
    "recount stock, nothing missing": lambda cloud: lambda: recount(cloud, "rebuild_inventory"),
}


def _sold(cloud: Cloud) -> None:
    """Thirty days with a sale each, of two sellers and three products, and ten products in stock."""
    for number in range(30):
        deliver(cloud, paid(f"o{number}", NOW + timedelta(days=9 - number)))
    for number in range(10):
        stock(cloud, ANA, f"p{number}", number)


def _measure(cloud: Cloud, name: str) -> str:
    act = WORK[name](cloud)
    with billed(cloud) as bill:
        act()
    return bill.row()


def test_every_call_costs_what_access_patterns_says(cloud: Cloud) -> None:
    _sold(cloud)
    documented = table_of(DOCUMENT.read_text(), SECTION)
    del documented["pattern"]
    assert {name: _measure(cloud, name) for name in WORK} == documented
