"""What Souk is compared with does what Souk was recorded to do, and writes what Souk writes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import urllib3

from benchmarks.generated import bare
from benchmarks.recording import endpoints
from benchmarks.scenes import SCENES
from souk.http.endpoint import record_request
from tests.functions.template import logical_id

_AT = 4102444800
_BODY = b'{"id": "evt_1"}'
_SIGNATURE = hmac.new(b"whsec_sample", f"{_AT}.".encode() + _BODY, hashlib.sha256).hexdigest()


def exchange(operation: str, request: dict[str, Any], service: str = "dynamodb") -> dict[str, Any]:
    return {"service": service, "operation": operation, "request": repr(request), "body": ""}


def recorded(**changes: Any) -> dict[str, Any]:
    event = {
        "routeKey": "POST /api/v1/payments/webhook",
        "headers": {"stripe-signature": f"t={_AT},v1={_SIGNATURE}"},
        "requestContext": {"requestId": "r1"},
        "body": base64.b64encode(_BODY).decode(),
        "isBase64Encoded": True,
    }
    vendor = {
        "vendor": "stripe",
        "method": "POST",
        "path": "v1/refunds",
        "headers": {"idempotency-key": "refund-1"},
        "request": "amount=100&metadata%5Border%5D=o1",
    }
    made: dict[str, Any] = {
        "path": "receive_webhook",
        "function": "ReceiveWebhookFunction",
        "event": event,
        "exchanges": [
            exchange("GetSecretValue", {"SecretId": "vendors"}, "secretsmanager"),
            exchange("GetItem", {"TableName": "orders", "Key": {"pk": {"S": "USER#1"}, "sk": {"S": "ORDER#1"}}}),
            exchange("PutItem", {"TableName": "orders", "Item": {"pk": {"S": "USER#1"}, "version": {"N": "2"}}}),
        ],
        "presigned": [],
        "vendor": [vendor],
        "answer": {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": '{"received": true}'},
    }
    return {**made, **changes}


class World:
    """AWS and Stripe; `asked` is what they were asked, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self._answers = {
            "get_secret_value": {"SecretString": json.dumps({"stripe_webhook_secret": "whsec_sample"})},
            "get_item": {"Item": {"pk": {"S": "USER#1"}}},
            "put_item": {},
        }

    def client(self, _service: str, **_: Any) -> Any:
        return self

    def __getattr__(self, operation: str) -> Any:
        def ask(**request: Any) -> Any:
            self.asked.append((operation, request))
            return self._answers[operation]

        return ask

    def request(self, method: str, url: str, **sent: Any) -> Any:
        self.asked.append((f"{method} {url}", sent))
        return SimpleNamespace(data=b"{}")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(boto3, "client", made.client)
    monkeypatch.setattr(urllib3, "PoolManager", lambda **_: made)
    monkeypatch.setenv("STRIPE_API_URL", "http://stripe")
    return made


def run(record: dict[str, Any]) -> Any:
    namespace: dict[str, Any] = {}
    exec(compile(bare(record), "bare", "exec"), namespace)
    return namespace["handler"](record["event"], SimpleNamespace(function_name=record["function"]))


def test_it_asks_what_was_asked_and_answers_what_was_answered(world: World) -> None:
    answer = run(recorded())
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"received": True})
    secret, read, written, refund = world.asked
    assert [secret[0], read[0], written[0]] == ["get_secret_value", "get_item", "put_item"]
    assert written[1]["Item"] == {"pk": {"S": "USER#1"}, "version": {"N": "2"}}
    assert refund == (
        "POST http://stripe/v1/refunds",
        {"headers": {"idempotency-key": "refund-1"}, "body": "amount=100&metadata%5Border%5D=o1"},
    )


def test_it_checks_the_signature_of_what_it_is_told(world: World) -> None:
    record = recorded()
    record["event"]["headers"]["stripe-signature"] = f"t={_AT},v1={'0' * 64}"
    with pytest.raises(ValueError, match="forged"):
        run(record)


def test_it_writes_one_line_like_that_of_souk(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    run(recorded())
    [line] = capsys.readouterr().out.splitlines()
    fields = {"route": "GET /", "request_id": "r1", "status": 200, "milliseconds": 1.0}
    record_request("ReceiveWebhookFunction", 1.0, fields)
    [souks] = capsys.readouterr().out.splitlines()
    assert set(json.loads(souks)) - {"service"} <= set(json.loads(line))


def test_every_endpoint_has_its_scene() -> None:
    assert {logical_id(path) for path in SCENES} == endpoints()
