"""An interpreter of the part of Amazon States Language that the workflows use, one state at a time in virtual time.

An execution is a generator. It yields before each state, when it has to wait for a time, and when it waits for a task
token; the caller decides which execution continues. Any unknown element of a definition is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from souk.shared.clock import to_wire
from tests.harness.clock import VirtualClock
from tests.harness.expressions import Evaluator, QueryEvaluationError

CALLBACK = ".waitForTaskToken"


@dataclass(frozen=True)
class Entered:
    """The execution is about to enter a state."""

    state: str


@dataclass(frozen=True)
class Sleep:
    until: datetime


@dataclass(frozen=True)
class AwaitToken:
    token: str
    until: datetime


type Pause = Entered | Sleep | AwaitToken
type Run = Generator[Pause, Any, Any]
type Invoke = Callable[[str, dict[str, Any]], Any]


class StateFailed(Exception):
    """A state failed, with the error name and cause that Retry and Catch match."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause


class TimedOut(Exception):
    """Raised in an execution whose token was not used in time."""


class Interpreter:
    """Runs a definition. `call` calls a Task's resource; `new_token` returns the token of a callback."""

    def __init__(self, clock: VirtualClock, call: Invoke, new_token: Callable[[], str]) -> None:
        self._clock = clock
        self._call = call
        self._new_token = new_token
        self._evaluator = Evaluator(clock)

    def run(self, definition: Mapping[str, Any], context: dict[str, Any], given: Any) -> Run:
        assert definition["QueryLanguage"] == "JSONata"
        return self._machine(definition, context, {}, given)

    def _machine(self, scope: Mapping[str, Any], context: dict[str, Any], outer: Mapping[str, Any], given: Any) -> Run:
        variables = dict(outer)
        name: str | None = scope["StartAt"]
        while name is not None:
            yield Entered(name)
            body = scope["States"][name]
            here = {**context, "State": {"Name": name, "EnteredTime": to_wire(self._clock())}}
            given, name = yield from self._enter(body, here, variables, given)
        return given

    def _enter(self, body: Mapping[str, Any], context: dict[str, Any], variables: dict[str, Any], given: Any) -> Any:
        """One state with its retries and catchers: (output, next state or None)."""
        tries: dict[int, int] = {}
        while True:
            try:
                return (yield from self._attempt(body, context, variables, given))
            except QueryEvaluationError as error:
                failed = StateFailed("States.QueryEvaluationError", str(error))
            except StateFailed as error:
                failed = error
            pause = _retry(body, failed, tries)
            if pause is not None:
                yield Sleep(self._clock() + pause)
                continue
            return self._catch(body, failed, context, variables, given)

    def _attempt(self, body: Mapping[str, Any], context: dict[str, Any], variables: dict[str, Any], given: Any) -> Any:
        states: dict[str, Any] = {"input": given, "context": context}
        match body["Type"]:
            case "Succeed":
                return given, None
            case "Fail":
                raise StateFailed(body["Error"], body["Cause"])
            case "Choice":
                return given, self._choose(body, states, variables)
            case "Pass":
                result = given
            case "Wait":
                result = given
                yield Sleep(self._clock() + timedelta(seconds=body["Seconds"]))
            case "Task":
                result = yield from self._task(body, states, variables)
            case "Parallel":
                result = []
                for branch in body["Branches"]:
                    result.append((yield from self._machine(branch, context, variables, given)))
            case "Map":
                result = []
                for index, item in enumerate(self._evaluator.evaluate(body["Items"], states, variables)):
                    inner = {**context, "Map": {"Item": {"Index": index, "Value": item}}}
                    result.append((yield from self._machine(body["ItemProcessor"], inner, variables, item)))
            case unknown:
                raise AssertionError(f"no such type of state: {unknown}")
        return self._leave(body, {**states, "result": result}, variables, result), body.get("Next")

    def _leave(self, body: Mapping[str, Any], states: dict[str, Any], variables: dict[str, Any], default: Any) -> Any:
        # Both are evaluated with the old values of the variables.
        output = self._evaluator.evaluate(body["Output"], states, variables) if "Output" in body else default
        assigned = self._evaluator.evaluate(body.get("Assign", {}), states, variables)
        variables.update(assigned)
        return output

    def _choose(self, body: Mapping[str, Any], states: dict[str, Any], variables: dict[str, Any]) -> str:
        for choice in body["Choices"]:
            verdict = self._evaluator.evaluate(choice["Condition"], states, variables)
            if not isinstance(verdict, bool):
                raise QueryEvaluationError(f"{choice['Condition']}: not a boolean")
            if verdict:
                return str(choice["Next"])
        return str(body["Default"])

    def _task(self, body: Mapping[str, Any], states: dict[str, Any], variables: dict[str, Any]) -> Any:
        started = self._clock()
        limit = started + timedelta(seconds=body["TimeoutSeconds"])
        resource: str = body["Resource"]
        if not resource.endswith(CALLBACK):
            result = self._call(resource, self._evaluator.evaluate(body["Arguments"], states, variables))
            if self._clock() > limit:
                raise StateFailed("States.Timeout", "")
            return result
        token = self._new_token()
        with_token = {**states, "context": {**states["context"], "Task": {"Token": token}}}
        self._call(resource, self._evaluator.evaluate(body["Arguments"], with_token, variables))
        try:
            return (yield AwaitToken(token, limit))
        except TimedOut:
            raise StateFailed("States.Timeout", "") from None

    def _catch(
        self,
        body: Mapping[str, Any],
        failed: StateFailed,
        context: dict[str, Any],
        variables: dict[str, Any],
        given: Any,
    ) -> Any:
        error = {"Error": failed.error, "Cause": failed.cause}
        for catcher in body.get("Catch", ()):
            if _matches(catcher["ErrorEquals"], failed.error):
                states = {"input": given, "context": context, "errorOutput": error}
                return self._leave(catcher, states, variables, error), catcher["Next"]
        raise failed


def _retry(body: Mapping[str, Any], failed: StateFailed, tries: dict[int, int]) -> timedelta | None:
    """Seconds before the next attempt, or None. The first retrier that matches the error decides; no jitter."""
    for index, retrier in enumerate(body.get("Retry", ())):
        if not _matches(retrier["ErrorEquals"], failed.error):
            continue
        made = tries.get(index, 0)
        if made >= retrier.get("MaxAttempts", 3):
            return None
        tries[index] = made + 1
        seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** made
        return timedelta(seconds=min(seconds, retrier.get("MaxDelaySeconds", seconds)))
    return None


def _matches(names: list[str], error: str) -> bool:
    if error in names:
        return True
    if "States.ALL" in names:
        return error not in ("States.DataLimitExceeded", "States.Runtime")
    return "States.TaskFailed" in names and error != "States.Timeout"
