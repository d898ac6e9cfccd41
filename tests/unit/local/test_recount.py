"""`make recount` calls until everything was read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local import recount
from local.problems import Unusable
from local.settings import read_settings
from local.terminal import Terminal

PAGES = {
    "RebuildAnalyticsFunction": {None: (2, 3, {"pk": "a"}), "a": (2, 0, {"pk": "b"}), "b": (1, 4, None)},
    "RebuildInventoryFunction": {None: (3, 1, {"pk": "c"}), "c": (6, 1, None)},
}
READ = {"RebuildAnalyticsFunction": "orders", "RebuildInventoryFunction": "products"}


class FakeFunctions:
    """A stack whose functions read five orders in three calls, and nine products in two."""

    def __init__(self, _settings: Any) -> None:
        pass

    def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        read, counted, following = PAGES[function][event["after"] and event["after"]["pk"]]
        return {READ[function]: read, "counted": counted, "following": following}


def test_all_pages_are_counted_and_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(recount, "Functions", FakeFunctions)
    assert recount.recount(read_settings(), Terminal()) == 0
    captured = capsys.readouterr()
    said = captured.out + captured.err
    assert "5 orders were read; 7 payments and refunds were not counted before." in said
    assert "9 products were read; the stock of 2 was not counted, or not as it is." in said


def test_without_a_stack_it_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="make run"):
        recount.recount(replace(read_settings(), data=tmp_path, stack=""), Terminal())
