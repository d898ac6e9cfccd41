"""What a request's shape refuses is said in words for people, with a code of the contract's table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from souk.http.error_responses import problem
from souk.http.validation import problems_of
from souk.shared.errors import FIELD_CODES, FieldProblem, InvalidRequest
from tests.template.requests import ELEMENT, refused, sent, shapes
from tooling.contract.document import generate
from tooling.contract.schemas import Shapes

_VALIDATORS_WORDS = re.compile(
    r"(String|Input|Value) should|[Pp]attern|\^|\$|after validation|valid dictionary|Value error|instance of"
    r"|\b(str|int|float|bool|dict|list\[|tuple|NoneType|Decimal|datetime|Annotated|pydantic|ctx|None|True|False)\b"
)
_WRONG_TYPES: dict[str, list[Any]] = {
    "string": [5, [], {}, True],
    "number": [[], {}, "twelve"],
    "integer": [[], {}, "twelve", 1.5],
    "boolean": [[], {}, "perhaps"],
    "array": [5, {}, "one"],
    "object": [5, [], "one"],
}


@dataclass(frozen=True)
class Fault:
    """A value that the JSON schema of a field does not allow, and the codes that say so."""

    path: tuple[str, ...]
    value: Any
    codes: frozenset[str]


_SHAPES = Shapes(read=shapes(), answered=[])


def _faults(schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[Fault]:
    schema = _resolved(schema)
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    if options:
        may_be_null = len(options) < len(schema["anyOf"])
        for fault in _faults(options[0], path) if len(options) == 1 else ():
            if not (may_be_null and fault.path == path and fault.value == ""):
                yield fault
        return
    yield from _wrong_types(schema, path)
    yield from _beyond_limits(schema, path)
    for name, one in schema.get("properties", {}).items():
        yield from _faults(one, (*path, name))
    for name in schema.get("required", ()):
        yield Fault((*path, name), ..., frozenset({"required"}))
    if "items" in schema:
        yield from _faults(schema["items"], (*path, ELEMENT))


def _wrong_types(schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[Fault]:
    for value in _WRONG_TYPES.get(schema.get("type", ""), []):
        yield Fault(path, value, frozenset({"wrong_type", "wrong_format", "unknown_value", "invalid"}))
    if "enum" in schema or "const" in schema:
        yield Fault(path, "no such value", frozenset({"unknown_value", "wrong_type"}))


def _beyond_limits(schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[Fault]:
    match schema:
        case {"enum": _} | {"const": _}:
            return
        case {"type": "string"}:
            if schema.get("minLength"):
                yield Fault(path, "x" * (schema["minLength"] - 1), frozenset({"too_short", "unknown_value"}))
            if "maxLength" in schema:
                codes = {"too_long", "wrong_format", "unknown_value"}
                yield Fault(path, "x" * (schema["maxLength"] + 1), frozenset(codes))
            if "pattern" in schema or schema.get("format", "password") != "password":
                yield Fault(path, "\u00e4 !", frozenset({"wrong_format"}))
        case {"type": "number" | "integer"}:
            yield from _beyond_numbers(schema, path)
        case {"type": "array"}:
            if schema.get("minItems"):
                yield Fault(path, [], frozenset({"too_few"}))
            if "maxItems" in schema:
                yield Fault(path, ["x"] * (schema["maxItems"] + 1), frozenset({"too_many", "wrong_type"}))
        case {"type": "object", "maxProperties": most}:
            yield Fault(
                path, {f"x{number}": "https://example.com" for number in range(most + 1)}, frozenset({"too_many"})
            )


def _beyond_numbers(schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[Fault]:
    for name, beyond, code in (
        ("minimum", -1, "too_small"),
        ("exclusiveMinimum", 0, "too_small"),
        ("maximum", 1, "too_large"),
        ("exclusiveMaximum", 0, "too_large"),
    ):
        if name in schema:
            yield Fault(path, schema[name] + beyond, frozenset({code}))


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return _SHAPES.definitions[reference.rsplit("/", 1)[1]] if reference else schema


def _all_faults() -> dict[str, tuple[type[BaseModel], Fault]]:
    found = {}
    for model in shapes():
        for fault in _faults(_SHAPES.reference(model, "validation"), ()):
            value = "missing" if fault.value is ... else json.dumps(fault.value)
            shown = value if len(value) < 24 else f"{len(value)} characters"
            found[f"{model.__name__} {'.'.join(fault.path) or 'body'} {shown}"] = (model, fault)
    return found


_FAULTS = _all_faults()


def test_the_walk_finds_the_limits_that_the_contract_declares() -> None:
    assert {code for _, fault in _FAULTS.values() for code in fault.codes} >= {
        *("required", "wrong_type", "too_short", "too_long", "too_few", "too_many", "too_small", "too_large"),
        *("unknown_value", "wrong_format"),
    }
    assert len(_FAULTS) > 500


@pytest.mark.parametrize("fault", _FAULTS)
def test_a_refusal_speaks_to_people_and_has_a_code(fault: str) -> None:
    model, given = _FAULTS[fault]
    body = sent(given.path[:-1], {}) if given.value is ... else sent(given.path, given.value)
    path = ".".join(given.path).replace(ELEMENT, "0") or "body"
    problems = refused(model, body)
    own = [one for one in problems if one.field == path] or [one for one in problems if one.field.startswith(path)]
    assert own, problems
    assert {one.code for one in own} & given.codes, own
    for one in problems:
        _assert_is_for_people(one)


def _assert_is_for_people(one: FieldProblem) -> None:
    assert not _VALIDATORS_WORDS.search(one.message), one
    assert one.code in FIELD_CODES
    if one.code.startswith("too_") and any(digit.isdigit() for digit in one.message):
        assert one.limit is not None, one


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"title": }', b"[]", b"5", b"null", b'"x"', b"\xff", b'{"title": "\\ud800"}']
)
def test_a_body_that_is_no_object_of_json_is_refused_in_words(body: bytes) -> None:
    from pydantic import ValidationError

    for model in shapes():
        try:
            model.model_validate_json(body)
        except ValidationError as error:
            for one in problems_of(error, "body"):
                _assert_is_for_people(one)


def test_the_contract_lists_the_codes_that_there_are() -> None:
    [listed] = [
        one["properties"]["errors"]["items"]["properties"]["code"]["enum"]
        for name, one in generate()["components"]["schemas"].items()
        if name == "Problem"
    ]
    assert listed == list(FIELD_CODES)


def test_a_limit_is_answered_as_a_number_and_only_where_there_is_one() -> None:
    too_long = FieldProblem("title", "at most 80 characters", "too_long", 80)
    missing = FieldProblem("price", "is required", "required")
    answer = problem(InvalidRequest("title: at most 80 characters", [too_long, missing]), "request-1")
    assert answer.body["errors"] == [
        {"field": "title", "code": "too_long", "message": "at most 80 characters", "limit": 80},
        {"field": "price", "code": "required", "message": "is required"},
    ]
