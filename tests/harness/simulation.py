"""Functions, tables, a stream, a workflow and a client in one process and in virtual time, for one domain.

The functions are the real ones, from functions/, with the real wiring; only the services behind AWS's and the vendors'
APIs are fake. Time passes in `settle` only.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from souk.aws import clients
from souk.shared import clock as souk_clock
from tests.functions.cloud import forget
from tests.functions.template import logical_id, resolve, resources, variables_of
from tests.harness.clock import VirtualClock
from tests.harness.definition import definition, substitutions_of
from tests.harness.engine import Engine
from tests.harness.faults import Failures, Faults, Killed
from tests.harness.sources import module_of, name_of
from tests.harness.store import Store

MINUTE = timedelta(minutes=1)
_PATIENCE = timedelta(hours=8)
_MOST_DELIVERIES = 20
_ASYNC_TRIES = 3


class Stuck(AssertionError):
    """Time has passed, and there is still work in progress."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Machinery:
    """The background work of a domain: its streamed table, its workflow, and the functions that dispatch and sweep."""

    table: str
    workflow: str
    definition: str
    dispatcher: str
    sweeper: str


class Simulation:
    """`twice` delivers every stream record and every event a second time; `shards_backwards` delivers the records of
    the latest item first.
    """

    def __init__(self, machinery: Machinery) -> None:
        self.machinery = machinery
        self.clock = VirtualClock()
        self.faults = Faults()
        self.store = Store(resources("AWS::DynamoDB::Table"), machinery.table, self.faults)
        given = {name: resolve(value, {}) for name, value in substitutions_of(machinery.workflow).items()}
        states = definition(machinery.definition, given)
        self.engine = Engine(states, self.store, self._invoke_arn, self.clock, self.faults)
        self.twice = False
        self.shards_backwards = False
        self.delivered: list[dict[str, Any]] = []
        self.answers: list[Answer] = []
        self._requests: deque[tuple[str, dict[str, Any], int]] = deque()
        self._deliveries = 0
        self.swept_at = self.clock()

    # For the functions -----------------------------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        return {
            "dynamodb": self.store,
            "stepfunctions": self.engine,
            "lambda": SimpleNamespace(invoke=self._request),
        }[service]

    def _request(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert InvocationType == "Event"
        answer: dict[str, Any] = self.faults.around(
            "lambda:request",
            lambda: self.queue(FunctionName, json.loads(Payload)),
            Failures(refused=partial(OSError, "no connection"), lost=partial(OSError, "no answer")),
        )
        return answer

    def queue(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """Invoke a function asynchronously, as an event does."""
        self._requests.append((function, event, 1))
        return {}

    # Calling functions -----------------------------------------------------------------------------------------------

    def invoke(self, name: str, event: Mapping[str, Any]) -> Any:
        """Run a function by its name in a new execution environment, as after a crash of the previous one."""
        forget()
        function = logical_id(name)
        with pytest.MonkeyPatch.context() as environment:
            for variable, value in variables_of(function).items():
                environment.setenv(variable, resolve(value, {}))
            context = SimpleNamespace(function_name=function, get_remaining_time_in_millis=lambda: 55_000)
            return module_of(name).handler(event, context)

    def _invoke_arn(self, arn: str, event: Any) -> Any:
        return self.invoke(name_of(arn), event)

    def answer(self, name: str, event: Mapping[str, Any]) -> Answer:
        """One HTTP request. A function that is killed answers 502, as the gateway does."""
        try:
            reply = self.invoke(name, event)
        except Killed:
            return Answer(502, {}, None)
        answer = Answer(reply["statusCode"], reply["headers"], json.loads(reply.get("body") or "null"))
        self.answers.append(answer)
        return answer

    # Background work -------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Run stream, workflow and sweeper and advance time, until there is no work in progress. Raises Stuck."""
        limit = self.clock() + _PATIENCE
        while True:
            self.run_what_can()
            wakes = self.engine.wakes_at()
            if wakes is None and not self.overdue_to_come():
                return
            tick = self.next_tick()
            self.clock.now = max(self.clock(), min(wakes or tick, tick))
            if self.clock() >= tick:
                self.sweep()
            if self.clock() > limit:
                raise Stuck(f"still under way: {[item.get('status', item['pk']) for item in self.overdue_to_come()]}")

    def run_what_can(self) -> None:
        """Do all work that needs no time to pass."""
        while self.deliver_stream() or self.run_requests() or self.engine.step() or self.happen():
            pass

    def next_tick(self) -> datetime:
        """The time of the next scheduled sweep."""
        return self.swept_at + MINUTE

    def happen(self) -> bool:
        """Further work of this world; False when there is none."""
        return False

    def sweep(self, *, starting: bool = False) -> None:
        """One scheduled sweep. After a failure the next one does the work."""
        self.swept_at = self.clock()
        try:
            self.invoke(self.machinery.sweeper, {"starting": True} if starting else {})
        except (Exception, Killed) as error:  # noqa: BLE001 - as the schedule does: the next tick is its retry
            self._expect_planned(error)

    def overdue_to_come(self) -> list[dict[str, Any]]:
        return [item for item in self.store.items(self.machinery.table) if "due_at" in item]

    def deliver_stream(self) -> bool:
        """Deliver the stream's next records to the dispatcher, again until it succeeds."""
        if not self.store.stream:
            return False
        batch = self._batch()
        try:
            for _ in range(2 if self.twice else 1):
                self.invoke(self.machinery.dispatcher, {"Records": batch})
        except (Exception, Killed) as error:  # noqa: BLE001 - after any error the stream delivers the batch again
            self._expect_planned(error)
            self._deliveries += 1
            assert self._deliveries < _MOST_DELIVERIES, "the stream gave the batch up"
            return True
        self._deliveries = 0
        self.delivered += batch
        taken = {id(record) for record in batch}
        self.store.stream[:] = [record for record in self.store.stream if id(record) not in taken]
        return True

    def _batch(self) -> list[dict[str, Any]]:
        if not self.shards_backwards:
            return list(self.store.stream)
        shards: dict[str, list[dict[str, Any]]] = {}
        for record in self.store.stream:
            shards.setdefault(record["dynamodb"]["Keys"]["sk"]["S"], []).append(record)
        return [record for shard in reversed(shards.values()) for record in shard]

    def run_requests(self) -> bool:
        """Run asynchronous invocations, each up to three times, as Lambda does."""
        if not self._requests:
            return False
        function, event, attempt = self._requests.popleft()
        try:
            self.invoke(name_of(function), event)
        except (Exception, Killed) as error:  # noqa: BLE001 - as Lambda does
            self._expect_planned(error)
            if attempt < _ASYNC_TRIES:
                self._requests.append((function, event, attempt + 1))
        return True

    def drop_events(self) -> None:
        """Lose all records that have not been delivered yet."""
        self._requests.clear()
        self.store.stream.clear()

    def _expect_planned(self, error: BaseException) -> None:
        """Raise an error that was not planned: it is a bug, which a retry must not hide."""
        if self.faults.struck is None:
            raise error


@contextmanager
def entered[S: Simulation](made: S, wired: Mapping[str, Callable[..., Any]], current: list[S]) -> Iterator[S]:
    """Within the block the wiring uses `made`, the last of `current`; `wired` are its replacements by name."""
    with pytest.MonkeyPatch.context() as patch:
        current.append(made)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setattr(clients, "client", made.client)
        patch.setattr(souk_clock, "utc_now", made.clock)
        for name, stand_in in wired.items():
            patch.setattr(f"souk.wiring.{name}", stand_in)
        try:
            yield made
        finally:
            current.pop()
            forget()
            made.store.close()
