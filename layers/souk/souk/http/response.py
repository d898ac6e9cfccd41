"""What a handler answers: a model, or a `Response` when status or headers matter; and errors as problem documents."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from souk.shared.errors import InvalidRequest, SoukError, Unauthenticated

JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Response:
    """`body` is a pydantic model, a list of them, bytes, or None. Headers are added to the endpoint's own."""

    body: Any = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def to_event(response: Response, status: int, request_id: str) -> dict[str, Any]:
    """The shape that an HTTP API expects from its function."""
    headers = {"X-Request-Id": request_id, "Cache-Control": "no-store", **response.headers}
    event: dict[str, Any] = {"statusCode": response.status or status, "headers": headers}
    if response.body is None:
        return event
    headers["Content-Type"] = response.content_type
    if isinstance(response.body, bytes):
        return {**event, "body": base64.b64encode(response.body).decode(), "isBase64Encoded": True}
    return {**event, "body": encode(response.body)}


def encode(body: Any) -> str:
    """JSON text of a model, of a list of models, or of plain values."""
    if hasattr(body, "model_dump_json"):
        return str(body.model_dump_json(by_alias=True))
    if isinstance(body, list | tuple):
        return "[" + ",".join(encode(element) for element in body) + "]"
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def problem(error: SoukError, request_id: str) -> Response:
    """RFC 9457, with the members that every requirement document's clients look for."""
    document: dict[str, Any] = {
        "type": f"urn:souk:error:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "error": error.code,
        "message": error.detail,
        "request_id": request_id,
        "errors": [],
        **error.extra,
    }
    if isinstance(error, InvalidRequest):
        document["errors"] = [{"field": one.field, "message": one.message} for one in error.problems]
    headers: dict[str, str] = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = f'Bearer error="invalid_token", error_description="{error.code}"'
    return Response(document, error.status, headers, PROBLEM)
