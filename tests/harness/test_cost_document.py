"""docs/cost.md is what benchmarks/cost.py computes from the current code."""

from __future__ import annotations

import pytest

from benchmarks.cost import document, read_receipts
from benchmarks.prices import USE
from benchmarks.units import COUNTED, INDEXING, STOCKTAKING, Units, deliver_one, publish_one
from tests.functions.template import ROOT


@pytest.fixture(scope="module")
def listing() -> Units:
    return publish_one()


@pytest.fixture(scope="module")
def order() -> Units:
    return deliver_one()


def test_the_page_is_the_computed_cost_of_a_listing_and_an_order(listing: Units, order: Units) -> None:
    page = (ROOT / "docs/cost.md").read_text()
    assert page == document(listing, order, read_receipts()), "docs/cost.md is stale: run make openapi"


def test_every_function_that_they_invoke_has_been_measured(listing: Units, order: Units) -> None:
    assert {*listing.invocations, *order.invocations} <= set(read_receipts()["functions"])


def test_an_order_is_counted_once_and_its_stock_indexed_and_counted_once(order: Units) -> None:
    assert [order.invocations[one] for one in (COUNTED, INDEXING, STOCKTAKING)] == [1, 1, 1]
    assert order.requests == order.invocations["change_order_status"] + 2  # its placing, and the vendor's event


def test_a_price_that_doubles_shows_in_both_sums(listing: Units, order: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    before = document(listing, order, read_receipts())
    name = "Step Functions state transitions"
    monkeypatch.setitem(USE, name, 2 * USE[name])
    after = document(listing, order, read_receipts())
    more = [now - then for now, then in zip(_sums(after), _sums(before), strict=True)]
    expected = [1000 * units.states * 0.025 / 1000 for units in (listing, order)]
    assert more[:2] == pytest.approx(expected, abs=1e-4)
    assert more[2:] == [0]


def test_an_additional_state_is_an_additional_transition_for_each(listing: Units, order: Units) -> None:
    page = document(listing, order, read_receipts())
    for units in (listing, order):
        assert f"| Step Functions state transitions | {1000 * units.states:,} |" in page


def _sums(page: str) -> list[float]:
    """Listings, orders and the stored price, from the tables of prices."""
    return [float(line.split("**")[3]) for line in page.splitlines() if line.startswith("| **sum** | | | **")]
