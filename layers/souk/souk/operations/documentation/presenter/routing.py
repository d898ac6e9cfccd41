"""What is said to a request that no route takes: the path may exist with other methods."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any, Final

from souk.http.request import Request
from souk.http.response import Response, problem
from souk.operations.documentation.presenter.documents import CONTRACT, read
from souk.shared.errors import MethodNotAllowed, NotFound

_PARAMETER: Final = re.compile(r"\\{[^/]+\\}")
_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})


def refuse(request: Request) -> Response:
    """405 with Allow when the path exists, else 404; OPTIONS is answered for what the path is.

    A catch-all route takes preflights as well: the gateway adds its CORS headers to whatever is answered here, and a
    browser goes on only after a success.
    """
    allowed = methods_of(request.path)
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": ", ".join([*allowed, "OPTIONS"])})
    if not allowed:
        raise NotFound("There is no such path.")
    refusal = problem(MethodNotAllowed(f"This path takes {', '.join(allowed)}."), request.request_id)
    return replace(refusal, headers={**refusal.headers, "Allow": ", ".join(allowed)})


def methods_of(path: str) -> list[str]:
    """The methods that the contract has for a path, in alphabetical order; none when it has no such path."""
    return sorted({method for pattern, methods in _patterns() if pattern.fullmatch(path) for method in methods})


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    paths: dict[str, dict[str, Any]] = json.loads(read(CONTRACT))["paths"]
    return tuple(
        (
            re.compile(_PARAMETER.sub("[^/]+", re.escape(path))),
            tuple(method.upper() for method in operations if method in _METHODS),
        )
        for path, operations in paths.items()
    )
