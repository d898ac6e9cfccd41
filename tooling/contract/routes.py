"""The routes of the API, read from what the handlers declare. Importing a handler is cheap and calls nothing."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from souk.http.endpoint import ANYONE, BASE_PATH, CATCH_ALL, AtRoot, Declaration
from tooling.contract.template import functions, module_of, read_template, source_of

_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
ANY: Final = "ANY"


@dataclass(frozen=True, slots=True)
class Route:
    """One route of one function. `operation_id` is the file's name, with the route's own behind it from the second."""

    function: str
    domain: str
    name: str
    method: str
    path: str
    operation_id: str
    declaration: Declaration
    description: str

    @classmethod
    def of(cls, function: str, domain: str, name: str, suffix: str, module: Any) -> Self:
        """Raises ValueError when the declared route is not a method and a path."""
        declaration: Declaration = module.handler.declaration
        method, path = _parsed(declaration.routes[suffix])
        operation_id = f"{name}_{suffix}" if suffix else name
        description = " ".join((module.__doc__ or "").split())
        return cls(function, domain, name, method, path, operation_id, declaration, description)

    @property
    def tag(self) -> str:
        return self.domain.rpartition("/")[2]

    @property
    def key(self) -> str:
        """As the gateway names it: `POST /api/v1/orders`, or `$default`."""
        return self.path if self.is_catch_all else f"{self.method} {self.path}"

    @property
    def is_catch_all(self) -> bool:
        return self.path == CATCH_ALL

    @property
    def is_public(self) -> bool:
        return self.declaration.roles is ANYONE

    @property
    def methods(self) -> tuple[str, ...]:
        """Those of the gateway. What everybody may GET answers HEAD, too: by it links are checked and caches ask."""
        return ("GET", "HEAD") if self.method == "GET" and self.is_public else (self.method,)

    @property
    def path_parameters(self) -> list[str]:
        return [part.strip("{+}") for part in self.path.split("/") if part.startswith("{")]


def routes(template: Mapping[str, Any] | None = None) -> list[Route]:
    """Every route, in the template's order of functions."""
    return [
        Route.of(function, domain, name, suffix, module)
        for function, domain, name, module in _endpoints(read_template() if template is None else template)
        for suffix in module.handler.declaration.routes
    ]


def operations(template: Mapping[str, Any] | None = None) -> list[Route]:
    """The routes that the contract describes: all but the one for requests that no route takes."""
    return [route for route in routes(template) if not route.is_catch_all]


def _endpoints(template: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    """(logical id, domain, file name, module) of each function that declares an endpoint."""
    for function, properties in functions(template).items():
        domain, name = source_of(properties)
        module = importlib.import_module(module_of(name))
        if hasattr(module.handler, "declaration"):
            yield function, domain, name, module


def _parsed(route: str) -> tuple[str, str]:
    if route == CATCH_ALL:
        return ANY, CATCH_ALL
    method, _, path = route.partition(" ")
    if method not in _METHODS or not path.startswith("/") or path.startswith(BASE_PATH):
        raise ValueError(f"{route!r} is no route: write a method and a path below {BASE_PATH}, as in 'POST /orders'")
    return method, path if isinstance(route, AtRoot) else BASE_PATH + path
