"""What counting and reporting ask of the tables, measured, and held to the figures in docs/access-patterns.md."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.functions.analytics.sellers import record, recount, report, stock, tell
from tests.functions.capacity import billed, table_of
from tests.functions.cloud import Cloud
from tests.functions.template import ROOT
from tests.unit.analytics.paid_orders import ANA, NOW, an_order, capture, paid, refunded

DOCUMENT = ROOT / "docs" / "access-patterns.md"
SECTION = "Analytics"


def _counting(cloud: Cloud) -> Callable[[], Any]:
    order = an_order("new")
    event = {"Records": [record(order, order.pay(capture(order)))]}
    return lambda: cloud.invoke("analytics/count_sales", event)


def _counting_a_refund(cloud: Cloud) -> Callable[[], Any]:
    order = paid("new")
    event = {"Records": [record(order, refunded(order, "r1", {ANA: 100}))]}
    return lambda: cloud.invoke("analytics/count_sales", event)


def _counting_nothing(cloud: Cloud) -> Callable[[], Any]:
    order = paid("new")
    event = {"Records": [record(order, order.tracked(ANA, "DHL", "1"))]}
    return lambda: cloud.invoke("analytics/count_sales", event)


def _reporting(cloud: Cloud) -> Callable[[], Any]:
    return lambda: report(cloud, ANA)


WORK: dict[str, Callable[[Cloud], Callable[[], Any]]] = {
    "count a payment": _counting,
    "count a refund": _counting_a_refund,
    "any other change of an order": _counting_nothing,
    "report a month": _reporting,
    "count anew, nothing missing": lambda cloud: lambda: recount(cloud),
}


def _sold(cloud: Cloud) -> None:
    """Thirty days with a sale each, of two sellers and three products, and ten products in stock."""
    for number in range(30):
        tell(cloud, paid(f"o{number}", NOW + timedelta(days=9 - number)))
    for number in range(10):
        stock(cloud, ANA, f"p{number}", number)


def _measure(cloud: Cloud, name: str) -> str:
    act = WORK[name](cloud)
    with billed(cloud) as bill:
        act()
    return bill.row()


def test_every_call_costs_what_the_document_says(cloud: Cloud) -> None:
    _sold(cloud)
    said = table_of(DOCUMENT.read_text(), SECTION)
    del said["pattern"]
    assert {name: _measure(cloud, name) for name in WORK} == said
