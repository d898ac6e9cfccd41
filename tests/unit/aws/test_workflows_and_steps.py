"""Step Functions' answers as the dispatcher wants them, and what a step lets out and writes down."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from souk.aws.idempotency import IdempotencyKey, Replayed, raise_if_recorded, record
from souk.aws.invocations import Invocations
from souk.aws.step import step
from souk.aws.tables import from_stream
from souk.aws.workflows import StepFunctions
from souk.shared.errors import IdempotencyKeyReused, VendorFailed

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:listing"
CONTEXT = SimpleNamespace(function_name="ExampleFunction")
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KEY = IdempotencyKey("u1", "Create", "k", "digest")


def workflow(answer: Any) -> tuple[StepFunctions, list[dict[str, Any]]]:
    requests: list[dict[str, Any]] = []

    def call(**request: Any) -> Any:
        requests.append(request)
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer, "Message": ""}}, "Any")
        return answer

    client: Any = SimpleNamespace(start_execution=call, send_task_success=call, describe_execution=call)
    return StepFunctions(client, ARN), requests


def test_an_execution_is_started_with_its_name() -> None:
    made, requests = workflow({})
    made.start("l-1", {"run": 1})
    assert requests == [{"stateMachineArn": ARN, "name": "l-1", "input": '{"run": 1}'}]


def test_an_execution_that_exists_is_a_success() -> None:
    workflow("ExecutionAlreadyExists")[0].start("l-1", {})


@pytest.mark.parametrize("code", ["TaskDoesNotExist", "TaskTimedOut", "InvalidToken"])
def test_resuming_a_token_that_no_execution_waits_for_is_false(code: str) -> None:
    assert workflow(code)[0].resume("token") is False


def test_a_token_that_an_execution_waits_for_is_resumed() -> None:
    made, requests = workflow({})
    assert made.resume("token") is True
    assert requests == [{"taskToken": "token", "output": "{}"}]


@pytest.mark.parametrize(("status", "running"), [("RUNNING", True), ("SUCCEEDED", False), ("FAILED", False)])
def test_only_a_running_execution_counts_as_running(status: str, running: bool) -> None:
    made, requests = workflow({"status": status})
    assert made.is_running("l-1") is running
    assert requests == [{"executionArn": ARN.replace("stateMachine", "execution") + ":l-1"}]


def test_an_unknown_execution_is_not_running() -> None:
    assert workflow("ExecutionDoesNotExist")[0].is_running("l-1") is False


def test_any_other_error_is_raised() -> None:
    made, _ = workflow("ThrottlingException")
    for act in (lambda: made.start("l-1", {}), lambda: made.resume("t"), lambda: made.is_running("l-1")):
        with pytest.raises(ClientError):
            act()


def test_an_invocation_does_not_wait_for_its_outcome() -> None:
    requests: list[dict[str, Any]] = []
    client: Any = SimpleNamespace(invoke=lambda **request: requests.append(request))
    Invocations(client).request("process-upload", {"detail": 1})
    assert requests == [{"FunctionName": "process-upload", "InvocationType": "Event", "Payload": b'{"detail": 1}'}]


def test_a_step_answers_and_writes_ids_only(logged: io.StringIO) -> None:
    handler = step(lambda event: {"seen": event["run"]})
    event = {"owner_id": "u1", "listing_id": "l1", "run": 2, "marketplace": "ebay", "text": "secret"}
    assert handler(event, CONTEXT) == {"seen": 2}
    line = json.loads(logged.getvalue())
    assert (line["outcome"], line["listing_id"], line["function"]) == ("done", "l1", "ExampleFunction")
    assert "secret" not in json.dumps(line)


@pytest.mark.parametrize(
    ("error", "outcome"), [(VendorFailed("ebay", "No answer."), "vendor_failed"), (RuntimeError("no"), "failed")]
)
def test_a_step_raises_errors_by_their_class(error: Exception, outcome: str, logged: io.StringIO) -> None:
    def fail(_event: Any) -> None:
        raise error

    with pytest.raises(type(error)):
        step(fail)({}, CONTEXT)
    assert json.loads(logged.getvalue())["outcome"] == outcome


# Idempotency records -------------------------------------------------------------------------------------------------


def _old(digest: str) -> dict[str, Any]:
    return {"body_digest": digest, "entity_id": "e1", "expires_at": int(NOW.timestamp()) + 1}


def test_a_record_claims_a_key_for_a_day() -> None:
    put = record("t", KEY, "e1", NOW)
    assert (put.item["pk"], put.item["sk"]) == ("IDEMPOTENCY#u1", "Create#k")
    assert put.item["expires_at"] == int(NOW.timestamp()) + 24 * 3600
    assert put.values == {"now": int(NOW.timestamp())}


def test_the_same_body_is_a_replay_and_another_is_refused() -> None:
    refusal = record("t", KEY, "e2", NOW).otherwise
    assert callable(refusal)
    done = refusal(_old(KEY.body_digest))
    assert isinstance(done, Replayed)
    assert done.entity_id == "e1"
    assert isinstance(refusal(_old("another")), IdempotencyKeyReused)
    assert isinstance(refusal(None), IdempotencyKeyReused)


@pytest.mark.parametrize(("age", "counts"), [(0, True), (2, False)], ids=["fresh", "outlived"])
def test_a_record_holds_until_it_expires_even_if_it_is_not_deleted_yet(age: int, counts: bool) -> None:
    item = {**_old(KEY.body_digest), "expires_at": int(NOW.timestamp()) - age}
    made: Any = SimpleNamespace(get=lambda _table, _key: item)
    if not counts:
        raise_if_recorded(made, "t", KEY, NOW)
        return
    with pytest.raises(Replayed):
        raise_if_recorded(made, "t", KEY, NOW)


def test_a_stream_image_is_an_item() -> None:
    assert from_stream({"n": {"N": "1"}, "list": {"L": [{"S": "a"}]}}) == {"n": 1, "list": ["a"]}
    assert from_stream(None) is None
