"""The requests and units of search and its index, measured and compared with docs/access-patterns.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from souk.storefront.search.adapters.index import reader
from souk.storefront.sellers.model import Verification
from tests.functions.capacity import billed, table_of
from tests.functions.cloud import Cloud, forget
from tests.functions.storefront.search.markets import Market
from tests.functions.template import ROOT

DOCUMENT = ROOT / "docs" / "access-patterns.md"


def _searching(market: Market) -> Callable[[], Any]:
    return lambda: market.search(search="cup", facets="true")


def _searching_the_first(market: Market) -> Callable[[], Any]:
    market.offers("Saucer")
    market.index_changes()
    return _searching(market)


def _searching_again(market: Market) -> Callable[[], Any]:
    market.search(search="cup")
    return lambda: market.cloud.call("search_products", query={"search": "cup", "facets": "true"})


def _selling_one(market: Market) -> Callable[[], Any]:
    product = market.offers("Cup", rating=(5,))
    market.index_changes()
    market.stocks(product, 0, 2)
    return _indexing_warm(market)


def _selling_many(market: Market) -> Callable[[], Any]:
    for number in range(33):
        market.offers(f"Cup {number}")
    return _indexing_warm(market)


def _suspending(market: Market) -> Callable[[], Any]:
    shop = market.opens("bob", "Bob's")
    for number in range(10):
        market.offers(f"Cup {number}", seller_id="bob")
    market.index_changes()
    market.changes_shop(shop, verification=Verification.SUSPENDED)
    return _indexing_warm(market)


def _repeating(market: Market) -> Callable[[], Any]:
    market.offers("Cup")
    batch = market.stream()
    market.cloud.invoke("index_products", batch)
    return lambda: market.cloud.invoke("index_products", batch)


def _rebuilding(market: Market) -> Callable[[], Any]:
    forget()
    return lambda: market.cloud.invoke("rebuild_index", {})


def _indexing_warm(market: Market) -> Callable[[], Any]:
    """By a function that has the index already."""
    batch = market.stream()
    return lambda: market.cloud.invoke("index_products", batch)


WORK: dict[str, Callable[[Market], Callable[[], Any]]] = {
    "search, before there is an index": _searching,
    "search, at a cold start": _searching_the_first,
    "search": _searching_again,
    "a product changed": _selling_one,
    "33 products changed": _selling_many,
    "nothing new": _repeating,
    "a shop of ten products is suspended": _suspending,
    "rebuild, 46 products": _rebuilding,
}


def test_every_call_costs_what_access_patterns_says(
    cloud: Cloud, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "REFRESH_SECONDS", 3600.0)  # however slow this machine is, it is the same second
    documented = table_of(DOCUMENT.read_text(), "Search")
    del documented["pattern"]
    assert {name: _measure(cloud, market, name) for name in WORK} == documented


def _measure(cloud: Cloud, market: Market, name: str) -> str:
    act = WORK[name](market)
    with billed(cloud) as bill:
        act()
    return bill.row()
