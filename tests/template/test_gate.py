"""The function is the gate (decision 5): what a route asks of a caller is what its handler checks."""

from __future__ import annotations

import pytest

from docs.contract.operations import read_endpoint
from docs.contract.template import Route, functions, http_events, is_catch_all, module_of, routes
from souk.http.endpoint import ANYONE
from tests.template.stack import processed_of, sources, template

ROUTES = list(routes(template()))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_a_route_without_authorizer_is_a_handler_for_anyone(route: Route) -> None:
    roles = read_endpoint(route).declaration.roles
    assert route.is_public == (roles is ANYONE), (
        f"{route.key} {'has no' if route.is_public else 'has an'} authorizer, its handler has roles={roles}"
    )


def test_whatever_no_route_takes_is_answered_for_anyone() -> None:
    caught = [
        (name, event.get("Auth", {}).get("Authorizer"))
        for name, one in functions(template()).items()
        for event in http_events(one).values()
        if is_catch_all(event)
    ]
    assert caught == [("AnswerUnknownRouteFunction", "NONE")]


def test_the_gateway_gets_the_routes_and_their_authorizers_as_they_are_written() -> None:
    [api] = processed_of("AWS::ApiGatewayV2::Api").values()
    made = {
        f"{method.upper()} {path}": not operation.get("security") or operation["security"] == [{"NONE": []}]
        for path, item in api["Body"]["paths"].items()
        for method, operation in item.items()
        if not path.endswith("$default") and method != "options"
    }
    assert made == {route.key: route.is_public for route in ROUTES}


def test_only_http_functions_declare_an_endpoint() -> None:
    import importlib

    with_routes = {name for name, one in functions(template()).items() if http_events(one)}
    declaring = {
        name
        for name, (_, file) in sources().items()
        if hasattr(importlib.import_module(module_of(file)).handler, "declaration")
    }
    assert declaring == with_routes


def test_every_authenticated_post_that_makes_or_moves_something_honours_idempotency_keys() -> None:
    """Not where secrets pass; and what makes nothing needs no key."""
    excused = {"log_out", "preflight_listing", "preview_order"}
    refusing = {
        route.operation_id
        for route in ROUTES
        if route.method == "POST" and not route.is_public and not read_endpoint(route).declaration.idempotent
    }
    assert refusing <= excused, refusing - excused
