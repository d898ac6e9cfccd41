"""One route with its handler's declaration as an OpenAPI operation."""

from __future__ import annotations

import json
from typing import Any, get_origin

from souk.http.endpoint import Declaration
from souk.http.uploads import MOST_BYTES, FilesForm
from tooling.contract import parts
from tooling.contract.routes import Route
from tooling.contract.schemas import Shape, Shapes
from tooling.contract.template import event_file

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def operation(route: Route, shapes: Shapes) -> dict[str, Any]:
    declared = route.declaration
    described: dict[str, Any] = {
        "operationId": route.operation_id,
        "tags": [route.tag],
        "summary": declared.summary.rstrip("."),
        "description": _description(route),
        "security": [] if route.is_public else [{"accessToken": []}],
        "parameters": _parameters(route, shapes),
        "requestBody": _request_body(route, shapes),
        "responses": _responses(route, shapes),
    }
    return {name: value for name, value in described.items() if value or name == "security"}


def _description(route: Route) -> str:
    roles = sorted(route.declaration.roles or ())
    return f"{route.description}\n\nRoles: {', '.join(roles)}." if roles else route.description


def _parameters(route: Route, shapes: Shapes) -> list[dict[str, Any]]:
    declared = route.declaration
    path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in route.path_parameters
    ]
    query = [
        {"name": name, "in": "query", "required": required, "schema": schema}
        for name, required, schema in (shapes.properties(declared.query) if declared.query else ())
    ]
    choices = [
        {"name": name, "in": "query", "required": False, "schema": {"type": "integer", "enum": list(offered)}}
        for name, offered in declared.choices.items()
    ]
    headers = [
        *(["IdempotencyKey"] if declared.idempotent else []),
        *(["IfMatch"] if declared.if_match else []),
        *(["PreferWait"] if declared.waits else []),
    ]
    return [*path, *query, *choices, *(parts.parameter(name) for name in headers)]


def _request_body(route: Route, shapes: Shapes) -> dict[str, Any] | None:
    declared = route.declaration
    if declared.body is None:
        return None
    given: dict[str, Any] = {"schema": shapes.reference(declared.body, "validation")}
    if (example := sample_body(route)) is not None:
        given["example"] = example
    form = {declared.form.content_type: _form(declared.form)} if declared.form else {}
    required = any(field.is_required() for field in declared.body.model_fields.values())
    return {"required": required, "content": {"application/json": given, **form}}


def _form(form: FilesForm) -> dict[str, Any]:
    files = {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
    schema = {"type": "object", "required": [form.field], "properties": {form.field: files}}
    return {"schema": {**schema, "description": f"At most {MOST_BYTES >> 20} MB in all."}}


def sample_body(route: Route) -> Any:
    """The JSON body of the function's sample event, or None."""
    file = event_file(route.name)
    if not file.exists():
        return None
    event = json.loads(file.read_text())
    if event.get("isBase64Encoded") or not event.get("body"):
        return None
    return json.loads(event["body"])


def _responses(route: Route, shapes: Shapes) -> dict[str, Any]:
    declared = route.declaration
    statuses = {declared.status, *declared.answers, *([200] if declared.waits else [])}
    answers = {status: _success(declared, status, shapes) for status in statuses}
    return {
        str(status): answers.get(status) or parts.problem(status) for status in sorted({*answers, *errors_of(route)})
    }


def _success(declared: Declaration, status: int, shapes: Shapes) -> dict[str, Any]:
    model = declared.answers.get(status, declared.returns)
    content: dict[str, Any] = {}
    if status == declared.status:
        content = {name: {"schema": _schema_of(name)} for name in declared.content_types}
    if model is not None:
        content = {"application/json": {"schema": shapes.reference(model, "serialization")}}
    names = dict.fromkeys(("X-Request-Id", *_headers(declared, status, model)))
    answer: dict[str, Any] = {
        "description": _MEANING[status],
        "headers": {name: parts.header(name) for name in names},
    }
    return {**answer, "content": content} if content else answer


def _headers(declared: Declaration, status: int, model: Shape) -> list[str]:
    is_versioned = "version" in getattr(model, "model_fields", {})
    origin: object = get_origin(model)
    return [
        *(["ETag"] if is_versioned else []),
        *(["Link"] if origin is list and declared.query else []),
        *(["Idempotent-Replayed"] if declared.idempotent else []),
        *(["Preference-Applied"] if declared.waits else []),
        *declared.headers,
        *(["Location"] if status == 302 else []),
        *(["Location"] if is_versioned and status in (201, 202) else []),
    ]


def _schema_of(content_type: str) -> dict[str, str]:
    return {"type": "object" if content_type == "application/json" else "string"}


_MEANING = {
    200: "Done.",
    201: "Created.",
    202: "Accepted and in progress: read Location again.",
    204: "Done; the answer has no body.",
    302: "Location can be read for the next minutes.",
    304: "What If-None-Match names is still what there is.",
}


def errors_of(route: Route) -> set[int]:
    """The statuses of the problems that a call can end in."""
    declared = route.declaration
    has_body, is_write = declared.body is not None, route.method in _WRITES
    has_query = declared.query is not None or bool(declared.choices)
    takes_input = has_body or has_query or declared.idempotent or declared.if_match
    applicable = {
        400: takes_input,
        401: not route.is_public,
        403: bool(declared.roles),
        404: bool(route.path_parameters),
        409: is_write and not route.is_public and bool(route.path_parameters),
        412: declared.if_match,
        413: has_body,
        415: has_body,
        422: declared.idempotent,
        500: True,
        503: True,
    }
    return {status for status, applies in applicable.items() if applies} | set(declared.errors)
