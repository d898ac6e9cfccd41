"""A fake Step Functions: executions by name, task tokens, and the resources that tasks use.

`client()` is the client for the functions. An execution can be killed at any moment; it then leaves nothing behind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from souk.shared.clock import to_wire
from tests.harness.clock import VirtualClock
from tests.harness.faults import Failures, Faults, Killed
from tests.harness.interpreter import AwaitToken, Entered, Interpreter, Pause, Run, Sleep, StateFailed, TimedOut
from tests.harness.store import Store

type Invoke = Callable[[str, Any], Any]

_OPTIMIZED, _SDK = "arn:aws:states:::dynamodb:", "arn:aws:states:::aws-sdk:dynamodb:"
_LAMBDA = "arn:aws:states:::lambda:invoke"


@dataclass
class Execution:
    name: str
    run: Run
    status: str = "RUNNING"
    pause: Pause | None = None
    answer: Any = None
    failure: StateFailed | None = None
    advancing: bool = False


class Engine:
    """One state machine. `invoke` runs a function by its ARN and raises what the function raises.

    While `stillborn`, executions end as soon as they are started.
    """

    def __init__(
        self, definition: Mapping[str, Any], store: Store, invoke: Invoke, clock: VirtualClock, faults: Faults
    ) -> None:
        self._definition = definition
        self._store = store
        self._invoke = invoke
        self._clock = clock
        self._faults = faults
        self._interpreter = Interpreter(clock, self._call, self._new_token)
        self._tokens = 0
        self._spent: dict[str, str] = {}
        self.executions: dict[str, Execution] = {}
        self.stillborn = False

    # For the functions -----------------------------------------------------------------------------------------------

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> dict[str, Any]:  # noqa: N803
        return self._ask("start_execution", lambda: self._start(name, json.loads(input)))

    def send_task_success(self, *, taskToken: str, output: str) -> dict[str, Any]:  # noqa: N803
        return self._ask("send_task_success", lambda: self._resume(taskToken, json.loads(output)))

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803
        return self._ask("describe_execution", lambda: self._describe(executionArn.rsplit(":", 1)[1]))

    # For the tests ---------------------------------------------------------------------------------------------------

    def step(self) -> bool:
        """Run one state of the first execution that can continue; False when none can."""
        for execution in list(self.executions.values()):
            if self._is_ready(execution):
                self._advance(execution)
                return True
        return False

    def wakes_at(self) -> datetime | None:
        """The earliest end of a Wait state. Waiting for a token does not count."""
        times = [one.pause.until for one in self._running() if isinstance(one.pause, Sleep)]
        return min(times, default=None)

    def kill(self, execution: Execution) -> None:
        """Kill an execution. A function that it has called still runs to its end."""
        execution.status, execution.pause = "ABORTED", None

    def kill_all(self) -> None:
        """Kill every execution with its token, as when the local cloud stops."""
        for execution in self._running():
            self.kill(execution)

    # Helpers ---------------------------------------------------------------------------------------------------------

    def _running(self) -> list[Execution]:
        return [one for one in self.executions.values() if one.status == "RUNNING"]

    def _is_ready(self, execution: Execution) -> bool:
        if execution.status != "RUNNING" or execution.advancing:
            return False
        match execution.pause:
            case Sleep(until):
                return self._clock() >= until
            case AwaitToken(_, until):
                return execution.answer is not None or self._clock() >= until
            case _:
                return True

    def _advance(self, execution: Execution) -> None:
        execution.advancing = True
        try:
            if isinstance(execution.pause, AwaitToken) and execution.answer is None:
                self._spent[execution.pause.token] = "TaskTimedOut"
                execution.pause = execution.run.throw(TimedOut())
            else:
                answer, execution.answer = execution.answer, None
                execution.pause = execution.run.send(answer)
            if isinstance(execution.pause, Entered):
                self._faults.passing(f"state:{execution.pause.state}")
        except StopIteration:
            execution.status = "SUCCEEDED"
        except StateFailed as failed:
            execution.status, execution.failure = "FAILED", failed
        except Killed:
            self.kill(execution)
        finally:
            execution.advancing = False

    def _start(self, name: str, given: Any) -> dict[str, Any]:
        if name in self.executions:
            _refuse("ExecutionAlreadyExists", "start_execution")
        context = {"Execution": {"Name": name, "Input": given, "StartTime": to_wire(self._clock())}}
        run = self._interpreter.run(self._definition, context, given)
        self.executions[name] = Execution(name, run, "ABORTED" if self.stillborn else "RUNNING")
        return {}

    def _resume(self, token: str, output: Any) -> dict[str, Any]:
        waiting = [one for one in self._running() if _waits_with(token, one)]
        if not waiting:
            _refuse(self._spent.get(token, "TaskDoesNotExist"), "send_task_success")
        waiting[0].answer = output
        return {}

    def _describe(self, name: str) -> dict[str, Any]:
        if name not in self.executions:
            _refuse("ExecutionDoesNotExist", "describe_execution")
        return {"status": self.executions[name].status}

    def _new_token(self) -> str:
        self._tokens += 1
        return f"task-token-{self._tokens}"

    def _call(self, resource: str, arguments: dict[str, Any]) -> Any:
        if resource == _LAMBDA:
            return self._invoke_function(arguments)
        for prefix, service in ((_SDK, "DynamoDb"), (_OPTIMIZED, "DynamoDB")):
            if resource.startswith(prefix):
                operation = resource.removeprefix(prefix).split(".")[0]
                return self._ask_store(service, operation, arguments)
        raise AssertionError(f"no such resource: {resource}")

    def _ask_store(self, service: str, operation: str, arguments: dict[str, Any]) -> Any:
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)
        try:
            return self._store.call(snake, arguments)
        except ClientError as error:
            raise StateFailed(f"{service}.{error.response['Error']['Code']}", str(error)) from error
        except BotoCoreError as error:
            raise StateFailed(f"{service}.SdkClientException", str(error)) from error

    def _invoke_function(self, arguments: dict[str, Any]) -> Any:
        return self._faults.around(
            "lambda:invoke",
            lambda: {"Payload": self._payload(arguments)},
            Failures(
                refused=lambda: StateFailed("Lambda.ServiceException", ""),
                lost=lambda: StateFailed("Lambda.SdkClientException", ""),
                busy=lambda: StateFailed("Lambda.TooManyRequestsException", ""),
            ),
        )

    def _payload(self, arguments: dict[str, Any]) -> Any:
        try:
            return json.loads(json.dumps(self._invoke(arguments["FunctionName"], arguments["Payload"])))
        except Killed as killed:
            raise StateFailed("Runtime.ExitError", json.dumps({"errorMessage": str(killed)})) from None
        except Exception as error:
            cause = {"errorMessage": str(error), "errorType": type(error).__name__}
            raise StateFailed(type(error).__name__, json.dumps(cause)) from error

    def _ask(self, operation: str, effect: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        busy: Any = {"Error": {"Code": "ThrottlingException", "Message": "slow down"}}
        answer: dict[str, Any] = self._faults.around(
            f"states:{operation}",
            effect,
            Failures(
                refused=lambda: ClientError(busy, operation),
                lost=lambda: ReadTimeoutError(endpoint_url="https://states.example"),
            ),
        )
        return answer


def _waits_with(token: str, execution: Execution) -> bool:
    pause = execution.pause
    return isinstance(pause, AwaitToken) and pause.token == token and execution.answer is None


def _refuse(code: str, operation: str) -> NoReturn:
    raise ClientError({"Error": {"Code": code, "Message": code}}, operation)
