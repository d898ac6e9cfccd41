"""HTTP API events, and a function's context, as the gateway and Lambda make them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

CONTEXT = SimpleNamespace(function_name="ExampleFunction")
NEVER = "4102444800"
PAST = "946684800"


def authorization(**changes: str) -> dict[str, str]:
    valid = {"verdict": "valid", "subject": "u1", "roles": "user seller", "token_id": "t1", "expires_at": NEVER}
    return {**valid, **changes}


def an_event(
    *,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    context: Mapping[str, str] | None = None,
    anonymous: bool = False,
) -> dict[str, Any]:
    """POST /things/7. `body` is JSON's, or the bytes themselves."""
    event: dict[str, Any] = {
        "routeKey": "POST /things/{id}",
        "rawPath": "/things/7",
        "headers": {"content-type": "application/json", **(headers or {})},
        "pathParameters": {"id": "7"},
        "requestContext": {"requestId": "request-1", "http": {"method": "POST", "sourceIp": "203.0.113.7"}},
        "isBase64Encoded": isinstance(body, bytes),
    }
    if query is not None:
        event["queryStringParameters"] = dict(query)
    if body is not None:
        event["body"] = base64.b64encode(body).decode() if isinstance(body, bytes) else json.dumps(body)
    if not anonymous:
        event["requestContext"]["authorizer"] = {"lambda": dict(context or authorization())}
    return event


def answer_of(
    handler: Callable[[Any, Any], dict[str, Any]], event: Mapping[str, Any]
) -> tuple[int, dict[str, str], Any]:
    """Status, headers by their lower-case names, and the body as JSON."""
    reply = handler(event, CONTEXT)
    headers = {name.lower(): value for name, value in reply["headers"].items()}
    return reply["statusCode"], headers, json.loads(reply["body"]) if reply.get("body") else None
