"""Numbers and booleans in every body and query of the contract: a text that spells one is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from souk.http.endpoint import endpoint
from tests.unit.http.http_events import an_event, answer_of
from tooling.contract.document import generate
from tooling.contract.routes import Route, operations

DOCUMENT: dict[str, Any] = generate()
SCHEMAS = DOCUMENT["components"]["schemas"]
BODIES = [route for route in operations() if route.declaration.body is not None]
QUERIES = [route for route in operations() if route.declaration.query is not None]
SPELLED = ("1", "1e1", "\u0665", "true", "")
IN_QUERIES = ("1e1", "\u0665", "1_0", " 5", "5 ", "+5", "0x5", "5.", ".5", "nan")
type Path = tuple[str | int, ...]


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """What a schema refers to, or its only form beside null."""
    if "$ref" in schema:
        return _resolved(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    options = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return _resolved(options[0]) if len(options) == 1 else schema


def _values(schema: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The paths of all numbers and booleans within an object, and their schemas."""
    found = _resolved(schema)
    if found.get("type") in ("number", "integer", "boolean"):
        yield path, found
    for name, member in found.get("properties", {}).items():
        yield from _values(member, (*path, name))
    if isinstance(found.get("items"), dict):
        yield from _values(found["items"], (*path, 0))


def _at(path: Path, value: Any) -> Any:
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return value


def _good(schema: dict[str, Any]) -> Any:
    if schema["type"] == "boolean":
        return True
    return schema["enum"][0] if "enum" in schema else max(1, int(schema.get("minimum", 1)))


def _problem_at(route: Route, path: Path, value: Any) -> bool:
    """Whether the endpoint's body names a problem of the value at a path."""
    handler = endpoint("POST /things/{id}", roles=None, body=route.declaration.body)(lambda _request: None)
    _, _, answer = answer_of(handler, an_event(body=json.dumps(_at(path, value)).encode()))
    return ".".join(map(str, path)) in {one["field"] for one in (answer or {}).get("errors", ())}


IN_BODIES = [
    pytest.param(route, path, schema, id=f"{route.operation_id}-{'.'.join(map(str, path))}")
    for route in BODIES
    for path, schema in _values({"$ref": f"/{route.declaration.body.__name__}"} if route.declaration.body else {})
]


@pytest.mark.parametrize(("route", "path", "schema"), IN_BODIES)
def test_a_text_is_no_number_and_no_boolean_in_a_body(route: Route, path: Path, schema: dict[str, Any]) -> None:
    assert not _problem_at(route, path, _good(schema))
    assert [text for text in SPELLED if not _problem_at(route, path, text)] == []
    if schema["type"] == "boolean":
        assert _problem_at(route, path, 1)
    else:
        assert _problem_at(route, path, True)


def test_prices_quantities_and_flags_are_among_them() -> None:
    found = {str(param.id) for param in IN_BODIES}
    assert {
        "create_product-price",
        "refund_order-amount",
        "place_order-items.0.quantity",
        "create_review-rating",
    } <= found
    assert {"save_platform_settings-shipping.0.cost", "save_platform_settings-returns.accepted"} <= found


@pytest.mark.parametrize("route", QUERIES, ids=lambda route: route.operation_id)
def test_a_number_in_a_query_is_plain_ascii_digits(route: Route) -> None:
    described = DOCUMENT["paths"][route.path][route.method.lower()]["parameters"]
    numbers = [one for one in described if one.get("schema", {}).get("type") in ("number", "integer")]
    handler = endpoint("GET /things/{id}", roles=None, query=route.declaration.query)(lambda _request: None)

    def refused(name: str, text: str) -> bool:
        _, _, answer = answer_of(handler, an_event(query={name: text}))
        return name in {one["field"] for one in (answer or {}).get("errors", ())}

    dates = [one["name"] for one in described if "date" in json.dumps(one.get("schema", {}))]
    for name in dates:
        assert not refused(name, "2026-11-30")
        assert not refused(name, "")
        assert [text for text in ("1767225600", "20261130", "2026-11-30T00:00:00Z") if not refused(name, text)] == []
    for one in numbers:
        assert not refused(one["name"], "1")
        # A form sends what was left empty: then it was not chosen, but a size of page has to be a number.
        assert refused(one["name"], "") is ("default" in one["schema"])
        assert [text for text in IN_QUERIES if not refused(one["name"], text)] == []
