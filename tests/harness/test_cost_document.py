"""docs/cost.md is what benchmarks/cost.py computes from what the code does now."""

from __future__ import annotations

import pytest

from benchmarks.cost import document, read_receipts
from benchmarks.prices import USE
from benchmarks.units import Units, publish_one
from tests.functions.template import ROOT


@pytest.fixture(scope="module")
def units() -> Units:
    return publish_one()


def test_the_page_says_what_a_published_listing_does_and_costs(units: Units) -> None:
    assert (ROOT / "docs/cost.md").read_text() == document(units, read_receipts())


def test_every_function_of_the_main_job_has_been_measured(units: Units) -> None:
    assert set(units.invocations) <= set(read_receipts()["functions"])


def test_a_price_that_doubles_shows_in_the_sum(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    before = document(units, read_receipts())
    name = "Step Functions state transitions"
    monkeypatch.setitem(USE, name, 2 * USE[name])
    assert _sum(document(units, read_receipts())) - _sum(before) == pytest.approx(
        1000 * units.states * 0.025 / 1000, abs=1e-4
    )


def test_one_more_state_is_one_more_transition_for_each_listing(units: Units) -> None:
    states = f"| Step Functions state transitions | {1000 * units.states:,} |"
    assert states in document(units, read_receipts())


def _sum(page: str) -> float:
    """Of the first table."""
    line = next(line for line in page.splitlines() if line.startswith("| **sum** | | | **"))
    return float(line.split("**")[3])
