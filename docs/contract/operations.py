"""One route with its handler's declaration as an OpenAPI operation."""

from __future__ import annotations

import ast
import importlib
import json
from dataclasses import dataclass
from typing import Any, get_origin

from docs.contract import parts
from docs.contract.particulars import FORMS, PARTICULARS, Particulars
from docs.contract.schemas import Shapes
from docs.contract.template import Route, event_file, module_of
from souk.http.endpoint import Declaration

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route and what its handler says of itself."""

    route: Route
    declaration: Declaration
    description: str
    honours_if_match: bool

    @property
    def particulars(self) -> Particulars:
        return PARTICULARS.get(self.route.operation_id, PARTICULARS.get(self.route.name, Particulars()))

    @property
    def path_parameters(self) -> list[str]:
        return [part.strip("{+}") for part in self.route.path.split("/") if part.startswith("{")]

    @property
    def headers(self) -> tuple[str, ...]:
        """Of an answer that is no error, whatever its status."""
        declared = self.declaration
        versioned = "version" in getattr(declared.returns, "model_fields", {})
        return (
            *(["ETag"] if versioned else []),
            *(["Link"] if get_origin(declared.returns) is list and declared.query else []),
            *(["Idempotent-Replayed"] if declared.idempotent else []),
            *(["Preference-Applied"] if declared.waits else []),
            *self.particulars.headers,
        )


def read_endpoint(route: Route) -> Endpoint:
    """Import the handler of a route and read its declaration. Raises AttributeError when it declares nothing."""
    module = importlib.import_module(module_of(route.name))
    _, _, told = (module.__doc__ or "").strip().partition(": ")
    source = ast.parse(route.file.read_text())
    reads_it = any(isinstance(node, ast.Attribute) and node.attr == "if_match" for node in ast.walk(source))
    return Endpoint(route, module.handler.declaration, " ".join(told.split()), reads_it)


def operation(endpoint: Endpoint, shapes: Shapes) -> dict[str, Any]:
    route, declared = endpoint.route, endpoint.declaration
    described: dict[str, Any] = {
        "operationId": route.operation_id,
        "tags": [route.tag],
        "summary": declared.summary.rstrip("."),
        "description": _description(endpoint),
        "security": [] if declared.roles is None else [{"accessToken": []}],
        "parameters": _parameters(endpoint, shapes),
        "requestBody": _request_body(endpoint, shapes),
        "responses": _responses(endpoint, shapes),
    }
    return {name: value for name, value in described.items() if value or name == "security"}


def _description(endpoint: Endpoint) -> str:
    text = endpoint.description[:1].upper() + endpoint.description[1:]
    roles = sorted(endpoint.declaration.roles or ())
    return f"{text}\n\nRoles: {', '.join(roles)}." if roles else text


def _parameters(endpoint: Endpoint, shapes: Shapes) -> list[dict[str, Any]]:
    declared = endpoint.declaration
    path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in endpoint.path_parameters
    ]
    query = [
        {"name": name, "in": "query", "required": required, "schema": schema}
        for name, required, schema in (shapes.properties(declared.query) if declared.query else ())
    ]
    headers = [
        *(["IdempotencyKey"] if declared.idempotent else []),
        *(["IfMatch"] if endpoint.honours_if_match else []),
        *(["PreferWait"] if declared.waits else []),
    ]
    return [*path, *query, *(parts.parameter(name) for name in headers)]


def _request_body(endpoint: Endpoint, shapes: Shapes) -> dict[str, Any] | None:
    declared = endpoint.declaration
    if declared.body is None:
        return None
    given: dict[str, Any] = {"schema": shapes.reference(declared.body, "validation")}
    if (example := sample_body(endpoint.route)) is not None:
        given["example"] = example
    forms = dict.fromkeys(declared.raw_body, FORMS[endpoint.route.name]) if declared.raw_body else {}
    required = any(field.is_required() for field in declared.body.model_fields.values())
    return {"required": required, "content": {"application/json": given, **forms}}


def sample_body(route: Route) -> Any:
    """The JSON body of the function's sample event, or None."""
    file = event_file(route.name)
    if not file.exists():
        return None
    event = json.loads(file.read_text())
    if event.get("isBase64Encoded") or not event.get("body"):
        return None
    return json.loads(event["body"])


def _responses(endpoint: Endpoint, shapes: Shapes) -> dict[str, Any]:
    declared, particulars = endpoint.declaration, endpoint.particulars
    statuses = {declared.status, *particulars.also, *([200] if declared.waits else [])}
    answers = {status: _success(endpoint, status, shapes) for status in statuses}
    return {
        str(status): answers.get(status) or parts.problem(status) for status in sorted({*answers, *errors_of(endpoint)})
    }


def _success(endpoint: Endpoint, status: int, shapes: Shapes) -> dict[str, Any]:
    declared, particulars = endpoint.declaration, endpoint.particulars
    content = particulars.content
    if particulars.also_body and status in particulars.also:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{particulars.also_body}"}}}
    elif declared.returns is not None:
        content = {"application/json": {"schema": shapes.reference(declared.returns, "serialization")}}
    located = status in (201, 202) and ("ETag" in endpoint.headers or particulars.also_body is not None)
    names = dict.fromkeys(("X-Request-Id", *endpoint.headers, *(["Location"] if located else [])))
    answer: dict[str, Any] = {"description": _SAID[status], "headers": {name: parts.header(name) for name in names}}
    return {**answer, "content": content} if content else answer


_SAID = {
    200: "Done.",
    201: "Made.",
    202: "Under way: look again at Location.",
    204: "Done; there is nothing to say.",
    302: "It can be read at Location for the next minutes.",
}


def errors_of(endpoint: Endpoint) -> set[int]:
    """The statuses of the problems that a call can end in."""
    route, declared = endpoint.route, endpoint.declaration
    has_body, is_write = declared.body is not None, route.method in _WRITES
    takes_input = has_body or declared.query is not None or declared.idempotent or endpoint.honours_if_match
    applicable = {
        400: takes_input,
        401: declared.roles is not None,
        403: bool(declared.roles),
        404: bool(endpoint.path_parameters),
        409: is_write and declared.roles is not None and bool(endpoint.path_parameters),
        412: endpoint.honours_if_match,
        413: has_body,
        415: has_body,
        422: declared.idempotent,
        500: True,
        503: True,
    }
    return {status for status, applies in applicable.items() if applies} | set(endpoint.particulars.errors)
