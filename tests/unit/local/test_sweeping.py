"""The sweeps of a start go on until they have looked at everything, and end."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from threading import Event
from typing import Any

import pytest

from local.sweeping import MOST_CALLS, start_sweeps, sweep


class Function:
    """Answers these answers in turn, and the last one from then on."""

    def __init__(self, *answers: Mapping[str, Any]) -> None:
        self._answers = answers
        self.asked: list[Mapping[str, Any]] = []

    def __call__(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append(dict(event))
        return self._answers[min(len(self.asked), len(self._answers)) - 1]


def test_each_call_continues_where_the_one_before_has_stopped() -> None:
    function = Function(
        {"touched": 2000, "unfinished": True, "after": "cs_2"},
        {"touched": 2000, "unfinished": True, "after": "cs_1"},
        {"touched": 7},
    )
    assert sweep(function)
    assert function.asked == [
        {"starting": True},
        {"starting": True, "after": "cs_2"},
        {"starting": True, "after": "cs_1"},
    ]


@pytest.mark.parametrize(
    ("answer", "calls"),
    [({"touched": 2000, "unfinished": True, "after": "cs_1"}, MOST_CALLS), ({"touched": 2000, "unfinished": True}, 1)],
)
def test_it_ends_although_the_work_does_not(answer: Mapping[str, Any], calls: int) -> None:
    function = Function(answer)
    assert not sweep(function)
    assert len(function.asked) == calls


@pytest.mark.parametrize("what", [{"failed": 1}, {"left": True}])
def test_it_reaches_the_end_and_says_that_something_was_passed_over(what: Mapping[str, Any]) -> None:
    function = Function({"touched": 2000, "unfinished": True, "after": "cs_1", **what}, {"touched": 7})
    assert not sweep(function)
    assert function.asked[1:] == [{"starting": True, "after": "cs_1"}]


def test_a_sweep_that_passed_something_over_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([b'{"touched": 1, "unfinished": true, "after": "cs_1", "failed": 1}', b'{"touched": 1}'])

    class Lambda:
        def invoke(self, **_: str) -> dict[str, Any]:
            return {"Payload": BytesIO(next(answers))}

    [thread] = start_sweeps(Lambda(), ("orders",))
    thread.join(5)
    assert [record.message.partition(";")[0] for record in caplog.records] == ["orders did not settle everything"]


def test_a_failure_of_one_sweep_is_shown_and_keeps_no_other_from_its_work(caplog: pytest.LogCaptureFixture) -> None:
    done = {"bad": Event(), "good": Event()}

    class Lambda:
        def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - boto3's
            assert Payload == '{"starting": true}'
            done[FunctionName].set()
            if FunctionName == "bad":
                return {"FunctionError": "Unhandled", "Payload": BytesIO(b'{"errorMessage": "no table"}')}
            return {"Payload": BytesIO(b'{"touched": 1}')}

    threads = start_sweeps(Lambda(), ("bad", "good"))
    for thread in threads:
        thread.join(5)
    assert all(one.is_set() for one in done.values())
    assert [record.message for record in caplog.records] == ["bad failed at the start: no table"]
