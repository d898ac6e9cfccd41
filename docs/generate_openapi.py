"""Writes docs/openapi.json from template.yaml and the handlers' declarations: `python -m docs.generate_openapi`.

One file is one operation, under the name of its file. A function with a second event has a second operation, under that
name with the event's behind it: `register_account` and `register_account_signup`. `$default`, which is no path, is left
out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docs.contract import parts
from docs.contract.operations import Endpoint, operation, read_endpoint
from docs.contract.schemas import Shapes, names_in
from docs.contract.template import read_template, routes

FILE = Path(__file__).parent / "openapi.json"


def generate() -> dict[str, Any]:
    """The contract as an OpenAPI 3.1 document."""
    endpoints = [read_endpoint(route) for route in routes(read_template())]
    shapes = _shapes(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        route = endpoint.route
        paths.setdefault(route.path, {})[route.method.lower()] = operation(endpoint, shapes)
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
        "tags": [{"name": name} for name in dict.fromkeys(endpoint.route.tag for endpoint in endpoints)],
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


def _shapes(endpoints: list[Endpoint]) -> Shapes:
    declared = [endpoint.declaration for endpoint in endpoints]
    return Shapes(
        read=[model for one in declared for model in (one.body, one.query) if model is not None],
        answered=[one.returns for one in declared if one.returns is not None],
    )


if __name__ == "__main__":
    FILE.write_text(as_text(generate()))
