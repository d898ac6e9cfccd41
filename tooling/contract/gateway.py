"""The routes in the API's DefinitionBody, from which the gateway is made: between two marks in stack/api.yaml.

Each integration names the role with which the gateway invokes the function: one per domain. That takes the place of a
permission per route, which would be a resource of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from tooling.contract.routes import ANY, Route
from tooling.contract.template import ROOT

FILE = ROOT / "stack" / "api.yaml"
_BEGIN: Final = "# Routes: written by `make openapi` from the handlers' declarations"
_END: Final = "# End of routes"
_ANY: Final = "x-amazon-apigateway-any-method"
_URI: Final = (
    "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:"
    "lambda:path/2015-03-31/functions/${{{function}.Arn}}/invocations"
)


def invoke_role(domain: str) -> str:
    """Logical id of the role with which the gateway invokes the functions of `<context>/<domain>`."""
    return f"Invoke{domain.rpartition('/')[2].capitalize()}Role"


def gateway_paths(declared: list[Route]) -> dict[str, dict[str, Any]]:
    """`paths` of the DefinitionBody: path -> method -> operation, CloudFormation's functions in their long forms."""
    paths: dict[str, dict[str, Any]] = {}
    for route in declared:
        integration = {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "payloadFormatVersion": "2.0",
            "credentials": {"Fn::GetAtt": [invoke_role(route.domain), "Arn"]},
            "uri": {"Fn::Sub": _URI.format(function=route.function)},
        }
        for method in route.methods:
            paths.setdefault(route.path, {})[_ANY if method == ANY else method.lower()] = {
                **({"security": [{"NONE": []}]} if route.is_public else {}),
                **({"isDefaultRoute": True} if route.is_catch_all else {}),
                "responses": {},
                "x-amazon-apigateway-integration": integration,
            }
    return paths


def with_routes(template: str, declared: list[Route]) -> str:
    """The text with the routes between the marks.

    Raises ValueError when the marks are not there.
    """
    before, begin, rest = template.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"the template has no place for routes: {_BEGIN} ... {_END}")
    indent = before[before.rindex("\n") + 1 :]
    paths = gateway_paths(declared)
    lines = "".join(f"{indent}{line}\n" for path, operations in paths.items() for line in _lines(path, operations))
    return f"{before}{begin}\n{lines}{indent}{end}{after}"


def _lines(path: str, operations: dict[str, Any]) -> Iterator[str]:
    yield f"{path}:"
    for method, operation in operations.items():
        what, whom = f"{method}: {_flow(operation)}".split(", credentials: ")
        yield f"  {what},"
        yield f"    credentials: {whom}"


def _flow(value: Any) -> str:
    """YAML of one line, with CloudFormation's functions in their short forms."""
    match value:
        case {"Fn::GetAtt": [name, attribute]}:
            return f"!GetAtt {name}.{attribute}"
        case {"Fn::Sub": text}:
            return f"!Sub {json.dumps(text)}"
        case dict():
            inside = ", ".join(f"{key}: {_flow(entry)}" for key, entry in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list():
            return f"[{', '.join(_flow(entry) for entry in value)}]"
        case str() if value.isidentifier():
            return value
    return json.dumps(value)
