"""Each bar holds a row that `make bench` prints."""

from __future__ import annotations

import json

from benchmarks.bars import BARS
from benchmarks.rows import Row
from tests.functions.template import ROOT


def test_every_bar_is_that_of_a_row() -> None:
    results = json.loads((ROOT / "benchmarks/results.json").read_text())
    assert BARS.keys() <= {row["row"] for row in results["rows"]}


def test_a_figure_above_its_bar_is_missed() -> None:
    name, bar = next(iter(BARS.items()))
    assert Row(name, bar, "x").is_met
    assert not Row(name, bar + 0.01, "x").is_met
    assert Row("a row without a bar", 1e9, "x").is_met
