"""The contract as an OpenAPI document: docs/openapi.json.

One file is one operation, under the name of its file. A further route of a function is an operation of its own, under
that name with the route's behind it: `register_account` and `register_account_signup`.
"""

from __future__ import annotations

import json
from typing import Any

from tooling.contract import parts
from tooling.contract.operations import operation
from tooling.contract.routes import Route, operations
from tooling.contract.schemas import Shapes, names_in
from tooling.contract.template import ROOT

FILE = ROOT / "docs" / "openapi.json"


def generate() -> dict[str, Any]:
    """The contract as an OpenAPI 3.1 document."""
    described = operations()
    shapes = _shapes(described)
    paths: dict[str, dict[str, Any]] = {}
    for route in described:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route, shapes)
    definitions = shapes.keep(names_in(paths) - {"Problem"})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Souk",
            "version": "1",
            "summary": "A backend for people who sell things.",
            "description": parts.INTRODUCTION,
        },
        "servers": [{"url": "/", "description": "The deployment that answers this document."}],
        "tags": [{"name": name} for name in dict.fromkeys(route.tag for route in described)],
        "paths": paths,
        "components": {
            "securitySchemes": parts.SECURITY,
            "parameters": parts.PARAMETERS,
            "headers": parts.HEADERS,
            "responses": parts.problems(),
            "schemas": {"Problem": parts.PROBLEM, **definitions},
        },
    }


def as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _shapes(described: list[Route]) -> Shapes:
    declared = [route.declaration for route in described]
    return Shapes(
        read=[model for one in declared for model in (one.body, one.query) if model is not None],
        answered=[model for one in declared for model in (one.returns, *one.answers.values()) if model is not None],
    )
