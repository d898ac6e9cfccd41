"""Refuses requests that match no route: the path may exist with other methods."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, Final

from souk.http.error_responses import problem
from souk.http.messages import Request, Response
from souk.operations.documentation.presenter.documents import CONTRACT, read
from souk.shared.errors import MethodNotAllowed, NotFound

_PARAMETER: Final = re.compile(r"\\{[^/]+\\}")
_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})


def refuse(request: Request) -> Response:
    """405 with Allow when the path exists, else 404; OPTIONS is 204 with Allow.

    The catch-all route gets CORS preflights too: the gateway adds its CORS headers to this answer, and a browser goes
    on only if it is a success.
    """
    allowed = methods_of(request.path)
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": ", ".join([*allowed, "OPTIONS"])})
    if not allowed:
        raise NotFound("There is no such path.")
    refusal = problem(MethodNotAllowed(f"This path takes {', '.join(allowed)}."), request.request_id)
    return replace(refusal, headers={**refusal.headers, "Allow": ", ".join(allowed)})


def methods_of(path: str) -> list[str]:
    """The methods of a path in the contract, in alphabetical order; none when there is no such path."""
    return sorted({method for pattern, methods in _patterns() if pattern.fullmatch(path) for method in methods})


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    paths: dict[str, dict[str, Any]] = json.loads(read(CONTRACT))["paths"]
    return tuple(
        (
            re.compile(_PARAMETER.sub("[^/]+", re.escape(path))),
            tuple(_methods(operations)),
        )
        for path, operations in paths.items()
    )


def _methods(operations: dict[str, Any]) -> Iterator[str]:
    """The gateway takes HEAD where everybody may GET; the contract does not describe it apart."""
    for method, operation in operations.items():
        if method in _METHODS:
            yield method.upper()
        if method == "get" and operation["security"] == []:
            yield "HEAD"
