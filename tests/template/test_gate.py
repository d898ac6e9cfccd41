"""What a handler declares is what the gateway does: its routes, who needs a token, and with which role it calls."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from souk.http.endpoint import CATCH_ALL
from tests.template.stack import grants, processed_of, resources, sources, template
from tooling.contract.gateway import FILE, gateway_paths, invoke_role, with_routes
from tooling.contract.routes import ANY, Route, operations, routes
from tooling.contract.template import ROOT, event_file, functions

ROUTES = routes()


def test_the_templates_routes_are_those_that_the_handlers_declare() -> None:
    written = FILE.read_text()
    assert written == with_routes(written, ROUTES), "the routes in stack/api.yaml are stale: run make openapi"
    assert resources("AWS::Serverless::HttpApi")["Api"]["DefinitionBody"]["paths"] == gateway_paths(ROUTES)


def test_no_function_has_a_route_that_its_handler_does_not_declare() -> None:
    events = [event["Type"] for one in functions(template()).values() for event in one.get("Events", {}).values()]
    assert "HttpApi" not in events


def test_the_gateway_gets_the_routes_and_their_authorizers_as_they_are_declared() -> None:
    [api] = processed_of("AWS::ApiGatewayV2::Api").values()
    made = {
        path if path == CATCH_ALL else f"{method.upper()} {path}": operation["security"]
        for path, item in api["Body"]["paths"].items()
        for method, operation in item.items()
        if method != "options"
    }
    declared: dict[str, Any] = {route.key: [{"NONE" if route.is_public else "TokenAuthorizer": []}] for route in ROUTES}
    heads: dict[str, Any] = {
        key.replace("GET", "HEAD", 1): [{"NONE": []}] for key, security in declared.items() if _is_public_get(key)
    }
    assert made == {**declared, **heads}
    assert {"HEAD /api/v1/media/{hash}", "HEAD /api/v1/products/{id}", "HEAD /docs", "HEAD /openapi.json"} <= set(heads)


def _is_public_get(key: str) -> bool:
    return any(route.key == key and route.method == "GET" and route.is_public for route in ROUTES)


def test_requests_that_no_route_takes_are_answered_for_anyone() -> None:
    caught = [(route.function, route.method, route.is_public) for route in ROUTES if route.is_catch_all]
    assert caught == [("AnswerUnknownRouteFunction", ANY, True)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # SAM's command line uses what its libraries deprecate
def test_the_command_line_of_sam_finds_the_same_routes_with_the_same_authorizers() -> None:
    """`sam local start-api` serves what its own reading of the template finds."""
    from samcli.lib.providers.api_provider import ApiProvider  # type: ignore[import-untyped]
    from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider  # type: ignore[import-untyped]

    stacks, _ = SamLocalStackProvider.get_stacks(str(FILE))
    found: set[tuple[str, str, str, str | None]] = {
        (method, route.path, route.function_name, route.authorizer_name)
        for route in ApiProvider(stacks).api.routes
        for method in _methods(route)
    }
    declared = {
        (method, route.path, route.function, None if route.is_public else "TokenAuthorizer")
        for route in ROUTES
        for method in route.methods
    }
    assert sorted(found, key=str) == sorted(declared, key=str)


def _methods(route: Any) -> set[str]:
    methods = set(route.methods) - {"OPTIONS"}  # added for CORS
    return {ANY} if len(methods) > 2 else methods


@pytest.mark.parametrize("domain", sorted({route.domain for route in ROUTES}))
def test_the_gateway_may_invoke_a_domains_endpoints_and_nothing_else(domain: str) -> None:
    mine = {route.function for route in ROUTES if route.domain == domain}
    assert set(grants(invoke_role(domain))) == {("lambda:InvokeFunction", function) for function in mine}


def test_there_is_no_role_of_a_domain_without_routes() -> None:
    named = {role for role in resources("AWS::IAM::Role") if role.startswith("Invoke")}
    assert named == {invoke_role(route.domain) for route in ROUTES}


@pytest.mark.parametrize("name", sorted({route.name for route in ROUTES}))
def test_a_handler_reads_if_match_exactly_when_it_declares_it(name: str) -> None:
    route = next(route for route in ROUTES if route.name == name)
    source = ast.parse((ROOT / "functions" / route.domain / f"{name}.py").read_text())
    reads_it = any(isinstance(node, ast.Attribute) and node.attr == "if_match" for node in ast.walk(source))
    assert reads_it == route.declaration.if_match


def test_no_two_operations_share_a_route_or_a_name() -> None:
    for seen in ([route.key for route in ROUTES], [route.operation_id for route in ROUTES]):
        assert sorted(set(seen)) == sorted(seen)


@pytest.mark.parametrize(
    "declared", ["/orders", "FETCH /orders", "POST orders", "POST /api/v1/orders", "POST", ""], ids=repr
)
def test_a_route_that_is_not_a_method_and_a_path_below_the_base_is_refused(declared: str) -> None:
    from types import SimpleNamespace

    from souk.http.endpoint import ANYONE, endpoint

    module = SimpleNamespace(handler=endpoint(declared, roles=ANYONE)(lambda request: request), __doc__="")
    with pytest.raises(ValueError, match="is no route"):
        Route.of("PlaceOrderFunction", "storefront/orders", "place_order", "", module)


def test_every_function_with_a_sample_request_declares_an_endpoint() -> None:
    with_requests = {
        function
        for function, (_, name) in sources().items()
        if name != "authorize" and '"rawPath"' in event_file(name).read_text()
    }
    assert with_requests == {route.function for route in ROUTES}


def test_every_authenticated_post_that_makes_or_moves_something_honours_idempotency_keys() -> None:
    """Not where secrets pass; and what makes nothing needs no key."""
    excused = {"log_out", "preflight_listing", "preview_order"}
    refusing = {
        route.operation_id
        for route in operations()
        if route.method == "POST" and not route.is_public and not route.declaration.idempotent
    }
    assert refusing <= excused, refusing - excused
