"""What is written of old executions, and what that leaves to those that are about to end."""

from __future__ import annotations

import copy
import sys
from typing import Any

from local.patches.services import without_old_histories


class Scoped:
    """As MiniStack's AccountScopedDict."""

    def __init__(self) -> None:
        self._data: dict[Any, Any] = {}

    def all_values(self) -> list[Any]:
        return list(self._data.values())


_executions = Scoped()


def get_state() -> dict[str, Any]:
    """As MiniStack's Step Functions do."""
    return {"executions": copy.deepcopy(_executions)}


def _execution(status: str, *events: str) -> dict[str, Any]:
    return {"status": status, "events": [{"type": event} for event in events]}


def test_old_histories_are_not_written_and_an_execution_that_is_ending_keeps_its_own() -> None:
    """MiniStack sets the status first, and adds the last event to the history then."""
    kinds = {
        "running": _execution("RUNNING", "a", "b"),
        "ending": _execution("SUCCEEDED", "a", "b"),
        "ended": _execution("SUCCEEDED", "a", "ExecutionSucceeded"),
    }
    _executions._data = {**kinds, **{str(number): _execution("SUCCEEDED", "a", "b") for number in range(100)}}
    state = without_old_histories(sys.modules[__name__])() or {}
    written = {name: len(one["events"]) for name, one in state["executions"]._data.items()}
    assert [written[name] for name in kinds] == [2, 1, 1]
    assert set(written.values()) == {1, 2}
    assert written["0"] == 2
    assert {name: len(one["events"]) for name, one in kinds.items()} == {"running": 2, "ending": 2, "ended": 1}
