"""The interpreter against the language's own rules, so that what the harness proves is proven of the workflow."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.harness.clock import VirtualClock
from tests.harness.interpreter import AwaitToken, Entered, Interpreter, Run, Sleep, StateFailed, TimedOut

LAMBDA = "arn:aws:states:::lambda:invoke"


def task(**more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": LAMBDA, "Arguments": {}, "TimeoutSeconds": 10, "End": True, **more}


def start(
    states: dict[str, Any], call: Callable[[str, Any], Any], clock: VirtualClock | None = None, given: Any = None
) -> Run:
    machine = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    interpreter = Interpreter(clock or VirtualClock(), call, lambda: "token")
    return interpreter.run(machine, {"Execution": {"Input": given}}, given)


def finish(run: Run, clock: VirtualClock | None = None) -> tuple[Any, list[str], list[float]]:
    """Output, states in order, and the seconds slept."""
    entered: list[str] = []
    slept: list[float] = []
    moment = clock or VirtualClock()
    while True:
        try:
            pause = next(run)
        except StopIteration as done:
            return done.value, entered, slept
        if isinstance(pause, Entered):
            entered.append(pause.state)
        if isinstance(pause, Sleep):
            slept.append((pause.until - moment()).total_seconds())
            moment.now = pause.until


def failing(*errors: str) -> Callable[[str, Any], Any]:
    left = list(errors)

    def call(_resource: str, _arguments: Any) -> Any:
        if left:
            raise StateFailed(left.pop(0), json.dumps({"errorMessage": "no"}))
        return {"Payload": "done"}

    return call


def test_a_task_gets_its_arguments_and_returns_its_output() -> None:
    seen: list[Any] = []

    def call(_resource: str, arguments: Any) -> Any:
        seen.append(arguments)
        return {"Payload": 7}

    states = {"A": task(Arguments={"n": "{% $states.input.n + 1 %}"}, Output="{% $states.result.Payload %}")}
    output, _, _ = finish(start(states, call, given={"n": 1}))
    assert seen == [{"n": 2}]
    assert output == 7


def test_assigned_variables_reach_later_states_unchanged() -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"x": 1, "y": "{% $exists($x) %}"}, "Next": "B"},
        "B": {"Type": "Pass", "Output": "{% [$x, $y] %}", "Assign": {"x": 2}, "End": True},
    }
    assert finish(start(states, failing()))[0] == [1, False]


def test_an_assignment_in_an_inner_scope_stays_there() -> None:
    branch = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Assign": {"x": 2}, "End": True}}}
    states = {
        "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "P"},
        "P": {"Type": "Parallel", "Branches": [branch], "Next": "Z"},
        "Z": {"Type": "Pass", "Output": "{% $x %}", "End": True},
    }
    assert finish(start(states, failing()))[0] == 1


def test_retries_wait_longer_each_time_up_to_their_limit() -> None:
    retry = {"ErrorEquals": ["E"], "IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 4, "MaxDelaySeconds": 7}
    clock = VirtualClock()
    _, _, slept = finish(start({"A": task(Retry=[retry])}, failing("E", "E", "E"), clock), clock)
    assert slept == [2, 4, 7]


def test_an_exhausted_retrier_passes_the_error_on() -> None:
    retry = {"ErrorEquals": ["E"], "MaxAttempts": 1}
    with pytest.raises(StateFailed, match="E"):
        finish(start({"A": task(Retry=[retry])}, failing("E", "E")))


def test_the_first_retrier_that_names_an_error_decides() -> None:
    retries = [{"ErrorEquals": ["E"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}]
    with pytest.raises(StateFailed, match="E"):
        finish(start({"A": task(Retry=retries)}, failing("E")))


def test_a_catcher_passes_the_error_to_its_next_state() -> None:
    catch = {
        "ErrorEquals": ["States.ALL"],
        "Assign": {"why": "{% $parse($states.errorOutput.Cause).errorMessage %}"},
        "Next": "B",
    }
    states = {
        "A": task(Catch=[catch]),
        "B": {"Type": "Pass", "Output": "{% {'error': $states.input.Error, 'why': $why} %}", "End": True},
    }
    output, entered, _ = finish(start(states, failing("E")))
    assert output == {"error": "E", "why": "no"}
    assert entered == ["A", "B"]


def test_states_all_does_not_catch_uncatchable_errors() -> None:
    catch = {"ErrorEquals": ["States.ALL"], "Next": "B"}
    with pytest.raises(StateFailed, match=r"States\.Runtime"):
        finish(start({"A": task(Catch=[catch]), "B": {"Type": "Succeed"}}, failing("States.Runtime")))


def test_a_task_that_answers_late_times_out() -> None:
    clock = VirtualClock()

    def call(_resource: str, _arguments: Any) -> Any:
        clock.advance(timedelta(seconds=11))
        return {}

    with pytest.raises(StateFailed, match=r"States\.Timeout"):
        finish(start({"A": task()}, call, clock))


def test_a_choice_takes_the_first_condition_that_holds() -> None:
    choices = [
        {"Condition": "{% $states.input > 9 %}", "Next": "B"},
        {"Condition": "{% $states.input > 1 %}", "Next": "C"},
    ]
    states = {
        "A": {"Type": "Choice", "Choices": choices, "Default": "B"},
        "B": {"Type": "Succeed"},
        "C": {"Type": "Succeed"},
    }
    assert finish(start(states, failing(), given=5))[1] == ["A", "C"]
    assert finish(start(states, failing(), given=0))[1] == ["A", "B"]


def test_an_expression_without_a_value_is_an_error() -> None:
    with pytest.raises(StateFailed, match=r"States\.QueryEvaluationError"):
        finish(start({"A": task(Arguments={"x": "{% $states.input.absent %}"})}, failing(), given={}))


def test_a_map_runs_its_states_for_each_item() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Output": "{% $states.input * 2 %}", "End": True}}}
    states = {"A": {"Type": "Map", "Items": "{% $states.input %}", "ItemProcessor": inner, "End": True}}
    assert finish(start(states, failing(), given=[1, 2]))[0] == [2, 4]


def test_a_failing_branch_fails_the_parallel_state() -> None:
    branch = {"StartAt": "I", "States": {"I": {"Type": "Fail", "Error": "E", "Cause": "because"}}}
    with pytest.raises(StateFailed, match="E"):
        finish(start({"A": {"Type": "Parallel", "Branches": [branch], "End": True}}, failing()))


def test_a_callback_waits_for_its_token_and_returns_the_output_sent_with_it() -> None:
    clock = VirtualClock()
    arguments = {"t": "{% $states.context.Task.Token %}"}
    states = {"A": task(Resource=LAMBDA + ".waitForTaskToken", Arguments=arguments)}
    run = start(states, failing(), clock)
    assert next(run) == Entered("A")
    assert next(run) == AwaitToken("token", clock() + timedelta(seconds=10))
    with pytest.raises(StopIteration, match=r"\{'ok': True\}"):
        run.send({"ok": True})


def test_a_callback_without_an_answer_times_out() -> None:
    run = start({"A": task(Resource=LAMBDA + ".waitForTaskToken")}, failing())
    assert [type(next(run)), type(next(run))] == [Entered, AwaitToken]
    with pytest.raises(StateFailed, match=r"States\.Timeout"):
        run.throw(TimedOut())
