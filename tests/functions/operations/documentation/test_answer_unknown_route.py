"""answer_unknown_route"""

from __future__ import annotations

import json

import pytest

from tests.functions.operations.calling import call

pytestmark = pytest.mark.usefixtures("docs_layer")


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/listing", "/api/v2/listings", "/api/v1/listings/", "/api/v1/listings/a/b/c", "/%00", "//"]
)
def test_an_unknown_path_is_a_404_problem(path: str) -> None:
    reply = call("answer_unknown_route", path=path)
    problem = json.loads(reply.body)
    assert reply.status == 404
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert (problem["error"], problem["status"], problem["request_id"]) == ("not_found", 404, "sample-request")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/listings", "GET, POST"),
        ("POST", "/api/v1/listings/01890000-0000-7000-8000-0000000000aa", "DELETE, GET, PATCH"),
        ("GET", "/api/v1/auth/login", "POST"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("TRACE", "/api/v1/healthz", "GET, HEAD"),
    ],
)
def test_another_method_of_a_path_is_a_405_that_lists_the_allowed_ones(method: str, path: str, allowed: str) -> None:
    reply = call("answer_unknown_route", method=method, path=path)
    assert reply.status == 405
    assert reply.headers["Allow"] == allowed
    assert json.loads(reply.body)["error"] == "method_not_allowed"


def test_head_of_what_needs_a_token_is_a_405_without_a_body() -> None:
    reply = call("answer_unknown_route", method="HEAD", path="/api/v1/users/me")
    assert (reply.status, reply.headers["Allow"], reply.body) == (405, "GET", b"")


@pytest.mark.parametrize("path", ["/api/v1/listings", "/nowhere"])
def test_a_preflight_succeeds_so_that_browsers_use_the_gateways_cors_headers(path: str) -> None:
    reply = call("answer_unknown_route", method="OPTIONS", path=path)
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["Allow"].endswith("OPTIONS")


def test_a_dot_in_a_path_matches_only_a_dot() -> None:
    assert call("answer_unknown_route", method="POST", path="/openapixjson").status == 404
