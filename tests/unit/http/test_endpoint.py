"""The gate: what it lets through, and what it says to all the rest."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from souk.aws.idempotency import IdempotencyKey, Replayed
from souk.http.endpoint import ANYONE, SIGNED_IN, AtRoot, Declaration, Request, Response, endpoint
from souk.http.messages import Caller
from souk.shared.errors import Conflict, Forbidden, IdempotencyKeyReused, TooManyRequests, VendorProblem, VendorRefused
from tests.unit.http.http_events import PAST, an_event, answer_of, authorization
from tests.unit.http.things import Thing, an_endpoint, seen_by


def raises(error: Exception) -> Callable[[Request], Any]:
    def act(_request: Request) -> Any:
        raise error

    return act


# What is declared ----------------------------------------------------------------------------------------------------


def test_a_declaration_is_kept_as_it_was_written() -> None:
    @endpoint(
        "POST /things",
        roles=SIGNED_IN,
        also={"root": AtRoot("POST /things")},
        body=Thing,
        status=201,
        answers={202: Thing},
        errors=(409,),
        if_match=True,
    )
    def handler(_request: Request) -> None:
        """Make a thing."""

    declared: Declaration = handler.declaration  # type: ignore[attr-defined]
    assert declared.routes == {"": "POST /things", "root": "POST /things"}
    assert [isinstance(route, AtRoot) for route in declared.routes.values()] == [False, True]
    assert (declared.summary, declared.roles, declared.body) == ("Make a thing.", SIGNED_IN, Thing)
    assert (declared.status, declared.answers, declared.errors) == (201, {202: Thing}, (409,))
    assert (declared.if_match, declared.idempotent, declared.waits) == (True, False, False)


# Who calls -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        an_event(anonymous=True),
        an_event(context=authorization(verdict="invalid", reason="The token is not one of ours.")),
        an_event(context={"subject": "u1", "roles": "Operator", "token_id": "t", "expires_at": "4102444800"}),
        an_event(context=authorization(expires_at=PAST)),
    ],
    ids=["no authorization", "invalid", "does not say whether it is valid", "older than its token's end"],
)
def test_without_a_valid_authorization_the_answer_is_401(event: Any) -> None:
    status, headers, body = answer_of(an_endpoint(), event)
    assert status == 401
    assert headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    assert headers["content-type"] == "application/problem+json"
    assert body["status"] == 401


def test_an_expired_token_has_a_code_of_its_own() -> None:
    assert answer_of(an_endpoint(), an_event(context=authorization(expires_at=PAST)))[2]["error"] == "token_expired"


def test_a_public_endpoint_asks_nobody() -> None:
    assert seen_by(an_event(anonymous=True), roles=ANYONE).signed_in is None


def test_a_handler_that_needs_a_caller_of_a_public_endpoint_is_a_401() -> None:
    handler = an_endpoint(lambda request: request.caller.id, roles=ANYONE)
    assert answer_of(handler, an_event(anonymous=True))[0] == 401


def test_the_caller_is_the_one_that_the_authorizer_verified() -> None:
    caller = seen_by(an_event()).caller
    assert (caller.id, caller.roles, caller.token_id) == ("u1", frozenset({"user", "seller"}), "t1")


def test_a_caller_without_the_role_is_refused_before_anything_is_read() -> None:
    event = an_event(body=b"not json")
    status, _, body = answer_of(an_endpoint(roles=frozenset({"Operator"}), body=Thing), event)
    assert (status, body["error"]) == (403, "forbidden")


def test_one_of_the_roles_is_enough() -> None:
    assert seen_by(an_event(), roles=frozenset({"seller", "Operator"})).caller.id == "u1"


def test_admission_counts_the_roles_that_the_account_still_has() -> None:
    def reload(caller: Caller) -> Caller:
        return replace(caller, roles=frozenset({"user"}))

    handler = an_endpoint(roles=frozenset({"seller"}), reload=reload)
    assert answer_of(handler, an_event())[0] == 403


def test_admission_may_refuse() -> None:
    def reload(_caller: Caller) -> Caller:
        raise Forbidden("Your account is suspended.")

    assert answer_of(an_endpoint(reload=reload), an_event())[2]["detail"] == "Your account is suspended."


# What is answered ----------------------------------------------------------------------------------------------------


def test_an_answer_has_the_declared_status_an_id_and_is_not_kept() -> None:
    handler = an_endpoint(lambda _request: Thing(name="a", size=1), status=201)
    status, headers, body = answer_of(handler, an_event())
    assert (status, body) == (201, {"name": "a", "size": 1})
    assert (headers["x-request-id"], headers["cache-control"]) == ("request-1", "no-store")


def test_no_body_is_no_body() -> None:
    reply = an_endpoint(status=204)(an_event(), type("Context", (), {"function_name": "F"}))
    assert reply["statusCode"] == 204
    assert "body" not in reply


def test_a_list_of_models_is_a_json_array() -> None:
    handler = an_endpoint(lambda _request: [Thing(name="a", size=1), Thing(name="b", size=2)])
    assert [one["name"] for one in answer_of(handler, an_event())[2]] == ["a", "b"]


def test_bytes_are_answered_as_bytes() -> None:
    reply = an_endpoint(lambda _request: Response(b"\xff", content_type="image/png"))(an_event(), _Context())
    assert (reply["body"], reply["isBase64Encoded"], reply["headers"]["Content-Type"]) == ("/w==", True, "image/png")


@pytest.mark.parametrize("answer", [Thing(name="é", size=1), Response(b"\xff\xd8", content_type="image/jpeg")])
def test_head_is_answered_as_get_but_without_the_body(answer: Any) -> None:
    handler = an_endpoint(lambda _request: answer)
    event = an_event()
    got = handler(event, _Context())
    event["requestContext"]["http"]["method"] = "HEAD"
    asked = handler(event, _Context())
    length = asked["headers"].pop("Content-Length")
    content = base64.b64decode(got["body"]) if got.get("isBase64Encoded") else got["body"].encode()
    assert (asked["statusCode"], asked["headers"], "body" in asked) == (200, got["headers"], False)
    assert int(length) == len(content)


def test_a_problem_has_no_body_in_the_answer_to_head() -> None:
    event = an_event()
    event["requestContext"]["http"]["method"] = "HEAD"
    reply = an_endpoint(raises(Conflict("No.")))(event, _Context())
    assert (reply["statusCode"], reply["headers"]["Content-Type"]) == (409, "application/problem+json")
    assert "body" not in reply


def test_a_domain_error_is_its_problem_document() -> None:
    error = TooManyRequests("Twenty times a day.", code="generation_quota", retry_after=60)
    status, headers, body = answer_of(an_endpoint(raises(error)), an_event())
    assert (status, headers["retry-after"]) == (429, "60")
    assert body == {
        "type": "urn:souk:error:generation_quota",
        "title": "Too many requests",
        "status": 429,
        "detail": "Twenty times a day.",
        "error": "generation_quota",
        "message": "Twenty times a day.",
        "request_id": "request-1",
        "errors": [],
    }


def test_a_vendors_refusal_is_answered_in_its_own_words() -> None:
    refusal = VendorRefused("ebay", [VendorProblem("21919303", "Colour is missing.")])
    status, _, body = answer_of(an_endpoint(raises(refusal)), an_event())
    assert (status, body["vendor"]) == (422, "ebay")
    assert body["vendor_errors"] == [{"code": "21919303", "message": "Colour is missing."}]


def test_an_unknown_error_is_answered_with_its_id_and_nothing_else(logged: io.StringIO) -> None:
    handler = an_endpoint(raises(RuntimeError("password=hunter2")))
    status, _, body = answer_of(handler, an_event())
    assert status == 500
    assert (body["request_id"], body["detail"]) == ("request-1", "Something went wrong on our side.")
    assert "hunter2" not in json.dumps(body)
    assert "RuntimeError" in logged.getvalue()


def test_an_answer_that_cannot_be_written_is_a_500_with_its_id() -> None:
    status, _, body = answer_of(an_endpoint(lambda _request: {"value": object()}), an_event())
    assert (status, body["request_id"]) == (500, "request-1")


def test_one_line_is_log_and_metric_with_ids_and_outcome_and_no_secret(
    logged: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = an_endpoint(raises(Conflict("No.", code="invalid_state")), body=Thing)
    headers = {"authorization": "Bearer secret-token", "idempotency-key": "secret-key"}
    answer_of(handler, an_event(body={"name": "secret-name", "size": 1}, headers=headers, query={"q": "secret-query"}))
    written = capsys.readouterr().out
    line = json.loads(written)
    assert logged.getvalue() == ""
    metrics = line.pop("_aws")["CloudWatchMetrics"]
    assert line.pop("Latency") == [pytest.approx(line.pop("milliseconds"))]
    assert line == {
        "level": "INFO",
        "message": "request",
        "route": "POST /things/{id}",
        "status": 409,
        "error": "invalid_state",
        "account_id": "u1",
        "request_id": "request-1",
        "Function": "ExampleFunction",
    }
    assert metrics == [
        {
            "Namespace": "Souk",
            "Dimensions": [["Function"]],
            "Metrics": [{"Name": "Latency", "Unit": "Milliseconds"}],
        }
    ]
    assert "secret" not in written
    assert "203.0.113.7" not in written


def test_a_failure_of_ours_is_a_line_of_its_own_with_the_trace(
    logged: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    answer_of(an_endpoint(raises(RuntimeError("broken"))), an_event())
    line, counted = json.loads(logged.getvalue()), json.loads(capsys.readouterr().out)
    assert (line["level"], line["status"], line["request_id"]) == ("ERROR", 500, "request-1")
    assert "RuntimeError: broken" in line["exception"]
    assert (counted["status"], counted["request_id"], "exception" in counted) == (500, "request-1", False)


# Idempotency ---------------------------------------------------------------------------------------------------------


def _again(request: Request, entity_id: str) -> Response:
    return Response({"entity": entity_id, "caller": request.caller.id}, 201)


def test_a_key_is_bound_to_caller_operation_path_and_body() -> None:
    def key_of(event: Any) -> IdempotencyKey | None:
        return seen_by(event, replay=_again).idempotency

    headers = {"idempotency-key": "k"}
    key = key_of(an_event(body={"a": 1}, headers=headers))
    assert key is not None
    assert (key.caller_id, key.operation, key.key) == ("u1", "ExampleFunction", "k")
    other_body = key_of(an_event(body={"a": 2}, headers=headers))
    other_path = key_of({**an_event(body={"a": 1}, headers=headers), "rawPath": "/things/8"})
    assert key_of(an_event(body={"a": 1}, headers=headers)) == key
    assert other_body is not None
    assert other_path is not None
    assert len({key.body_digest, other_body.body_digest, other_path.body_digest}) == 3


def test_without_a_key_or_without_replay_there_is_none() -> None:
    assert seen_by(an_event(), replay=_again).idempotency is None
    assert seen_by(an_event(headers={"idempotency-key": "k"})).idempotency is None


def test_a_request_that_was_done_before_is_answered_again() -> None:
    handler = an_endpoint(raises(Replayed("e1")), replay=_again)
    status, headers, body = answer_of(handler, an_event(headers={"idempotency-key": "k"}))
    assert (status, body, headers["idempotent-replayed"]) == (201, {"entity": "e1", "caller": "u1"}, "true")


def test_a_replay_that_fails_is_answered_as_any_failure() -> None:
    def gone(_request: Request, _entity_id: str) -> Response:
        raise Conflict("Gone.", code="gone")

    assert answer_of(an_endpoint(raises(Replayed("e1")), replay=gone), an_event())[0] == 409


def test_a_reused_key_is_a_422() -> None:
    handler = an_endpoint(raises(IdempotencyKeyReused("Used.")), replay=_again)
    assert answer_of(handler, an_event())[2]["error"] == "idempotency_key_reused"


@pytest.mark.parametrize("key", ["", "k" * 256, "schlüssel", "a\tb"], ids=["empty", "long", "not ASCII", "tab"])
def test_a_key_that_cannot_be_kept_is_a_400(key: str) -> None:
    status, _, body = answer_of(an_endpoint(replay=_again), an_event(headers={"idempotency-key": key}))
    assert status == 400
    assert [(one["field"], one["code"]) for one in body["errors"]] == [("Idempotency-Key", "wrong_format")]


class _Context:
    function_name = "ExampleFunction"
