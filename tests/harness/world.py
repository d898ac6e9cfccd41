"""The whole of listings in one process and in virtual time: functions, tables, stream, workflow, vendors, a client.

The functions are the real ones, from functions/, over the real wiring; only what lies beyond AWS's and the vendors'
APIs is played. Time passes in `settle` and nowhere else.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from souk import clock as souk_clock
from souk.aws import clients
from souk.listings.model import Listing
from souk.listings.repository import to_listing
from tests.functions.cloud import forget, sample
from tests.functions.template import logical_id, resolve, resources, variables_of
from tests.harness.bucket import Bucket
from tests.harness.clock import VirtualClock
from tests.harness.definition import definition, substitutions_of
from tests.harness.engine import Engine
from tests.harness.faults import Failures, Faults, Killed
from tests.harness.sources import module_of, path_of
from tests.harness.stand_ins import stand_ins
from tests.harness.store import Store
from tests.harness.vendors import FakeEbay, FakeStudio

LISTINGS = "ListingsTable"
MINUTE = timedelta(minutes=1)
_PATIENCE = timedelta(hours=8)
_MOST_DELIVERIES = 20
_ASYNC_TRIES = 3
OWNER: str = sample("listings/get_listing")["requestContext"]["authorizer"]["lambda"]["subject"]


class Stuck(AssertionError):
    """Time passed, and still something was under way."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Any


class World:
    """Made by `world()`.

    `twice` delivers every stream record and every event a second time; `shards_backwards` delivers the records of the
    latest listing first.
    """

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.faults = Faults()
        self.store = Store(resources("AWS::DynamoDB::Table"), LISTINGS, self.faults)
        self.bucket = Bucket(self.faults, self._arrived)
        self.ebay = FakeEbay(self.faults)
        self.studio = FakeStudio(self.faults)
        given = {name: _arn(value) for name, value in substitutions_of("ListingWorkflow").items()}
        self.engine = Engine(definition("listing", given), self.store, self._invoke_arn, self.clock, self.faults)
        self.twice = False
        self.shards_backwards = False
        self.delivered: list[dict[str, Any]] = []
        self.answers: list[Answer] = []
        self._requests: deque[tuple[str, dict[str, Any], int]] = deque()
        self._deliveries = 0
        self._swept_at = self.clock()

    # What the functions reach ----------------------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        return {
            "dynamodb": self.store,
            "s3": self.bucket,
            "stepfunctions": self.engine,
            "lambda": SimpleNamespace(invoke=self._request),
        }[service]

    def _request(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert InvocationType == "Event"
        answer: dict[str, Any] = self.faults.around(
            "lambda:request",
            lambda: self._queue(FunctionName, json.loads(Payload)),
            Failures(refused=partial(OSError, "no connection"), lost=partial(OSError, "no answer")),
        )
        return answer

    def _queue(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        self._requests.append((function, event, 1))
        return {}

    def _arrived(self, key: str) -> None:
        for _ in range(2 if self.twice else 1):
            self._queue("ProcessUploadFunction", {"detail": {"object": {"key": key}}})

    # Calling functions -----------------------------------------------------------------------------------------------

    def invoke(self, path: str, event: Mapping[str, Any]) -> Any:
        """Run `<domain>/<verb_noun>` in a fresh execution environment, as after a crash of the one before."""
        forget()
        name = logical_id(path.split("/")[1])
        with pytest.MonkeyPatch.context() as environment:
            for variable, value in variables_of(name).items():
                environment.setenv(variable, resolve(value, {}))
            return module_of(path).handler(event, SimpleNamespace(function_name=name))

    def _invoke_arn(self, arn: str, event: Any) -> Any:
        return self.invoke(path_of(arn), event)

    def call(
        self,
        function: str,
        listing_id: str = "",
        *,
        body: Any = None,
        key: str | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """One HTTP request to a function of listings. A function that is killed answers 502, as the gateway does.

        `body` is JSON's, or the bytes themselves.
        """
        event = sample(f"listings/{function}")
        sampled = (event.get("pathParameters") or {}).get("id")
        if sampled is not None:
            event["pathParameters"] = {"id": listing_id}
            event["rawPath"] = event["rawPath"].replace(sampled, listing_id)
        for header in ("idempotency-key", "if-match"):
            event["headers"].pop(header, None)
        if key is not None:
            event["headers"]["idempotency-key"] = key
        if body is not None:
            encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
            event["headers"]["content-type"] = content_type
            event["body"], event["isBase64Encoded"] = b64encode(encoded).decode(), True
        try:
            reply = self.invoke(f"listings/{function}", event)
        except Killed:
            return Answer(502, {}, None)
        answer = Answer(reply["statusCode"], reply["headers"], json.loads(reply.get("body") or "null"))
        self.answers.append(answer)
        return answer

    def persist(self, function: str, listing_id: str = "", **request: Any) -> Answer:
        """Call, and again under the same key while the answer is that of a fault: what a good client does."""
        for _ in range(5):
            answer = self.call(function, listing_id, **request)
            if answer.status < 500:
                return answer
        raise Stuck(f"{function} goes on answering {answer.status}: {answer.body}")

    # Letting things happen -------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let stream, workflow and sweeper work, and time pass, until nothing is under way. Raises Stuck."""
        limit = self.clock() + _PATIENCE
        while True:
            while self._deliver() or self.run_requests() or self.engine.step():
                pass
            wakes = self.engine.wakes_at()
            if wakes is None and not self._overdue_to_come():
                return
            tick = self._swept_at + MINUTE
            self.clock.now = max(self.clock(), min(wakes or tick, tick))
            if self.clock() >= tick:
                self.sweep()
            if self.clock() > limit:
                raise Stuck(f"still under way: {[item['status'] for item in self._overdue_to_come()]}")

    def sweep(self, *, starting: bool = False) -> None:
        """One tick of the schedule. One that fails is made up for by the next."""
        self._swept_at = self.clock()
        try:
            self.invoke("operations/sweep_overdue", {"starting": True} if starting else {})
        except (Exception, Killed) as error:  # noqa: BLE001 - as the schedule does: the next tick is its retry
            _expect_planned(self.faults, error)

    def _overdue_to_come(self) -> list[dict[str, Any]]:
        return [item for item in self.store.items(LISTINGS) if "due_at" in item]

    def _deliver(self) -> bool:
        """The stream's next records to the dispatcher; the same again until it takes them."""
        if not self.store.stream:
            return False
        batch = self._batch()
        try:
            for _ in range(2 if self.twice else 1):
                self.invoke("listings/dispatch_listings", {"Records": batch})
        except (Exception, Killed) as error:  # noqa: BLE001 - whatever it was, the stream brings the batch again
            _expect_planned(self.faults, error)
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
        """Asynchronous invocations, each tried three times as Lambda does."""
        if not self._requests:
            return False
        function, event, attempt = self._requests.popleft()
        try:
            self.invoke(path_of(function), event)
        except (Exception, Killed) as error:  # noqa: BLE001 - as Lambda does
            _expect_planned(self.faults, error)
            if attempt < _ASYNC_TRIES:
                self._requests.append((function, event, attempt + 1))
        return True

    def drop_events(self) -> None:
        """Lose whatever has not been delivered yet."""
        self._requests.clear()
        self.store.stream.clear()

    # Looking ---------------------------------------------------------------------------------------------------------

    def listing(self, listing_id: str) -> Listing | None:
        from souk.aws.tables import from_stream

        key = {"pk": {"S": f"USER#{OWNER}"}, "sk": {"S": f"LISTING#{listing_id}"}}
        item = from_stream(self.store.item(LISTINGS, key))
        return to_listing(item) if item else None

    def listing_ids(self) -> list[str]:
        return [item["id"]["S"] for item in self.store.items(LISTINGS) if item["sk"]["S"].startswith("LISTING#")]


def _expect_planned(faults: Faults, error: BaseException) -> None:
    """A fault nobody planned is a bug of ours, and not to be retried away."""
    if faults.struck is None:
        raise error


_current: list[World] = []


def _world() -> World:
    return _current[-1]


@contextmanager
def world() -> Iterator[World]:
    """A world of its own; the wiring reaches it until it is left."""
    with pytest.MonkeyPatch.context() as patch:
        made = World()
        _current.append(made)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setattr(clients, "client", made.client)
        patch.setattr(souk_clock, "utc_now", made.clock)
        for name, stand_in in stand_ins(_world).items():
            patch.setattr(f"souk.wiring.{name}", stand_in)
        try:
            yield made
        finally:
            _current.pop()
            forget()
            made.store.close()


def _arn(value: Any) -> str:
    return resolve(value, {})
