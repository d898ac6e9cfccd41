"""docs/openapi.json: valid, current, and of one mind with the sample events and the schemas."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from souk.http.error_responses import status_of
from souk.shared.errors import SoukError
from tooling.contract.document import FILE, as_text, generate
from tooling.contract.operations import sample_body
from tooling.contract.routes import Route, operations
from tooling.contract.schemas import Shapes

DOCUMENT: dict[str, Any] = json.loads(FILE.read_text())
OPERATIONS = {
    one["operationId"]: (path, method, one) for path, item in DOCUMENT["paths"].items() for method, one in item.items()
}
SAMPLED = [route for route in operations() if sample_body(route) is not None]


def test_the_document_is_what_the_code_says_now() -> None:
    assert FILE.read_text() == as_text(generate()), "docs/openapi.json is stale: run make openapi"


def test_generating_twice_gives_the_same_text() -> None:
    assert as_text(generate()) == as_text(generate())


def test_an_answer_that_is_no_model_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"not list\[str\]"):
        Shapes(read=[], answered=[list[str]])


def test_the_document_is_valid_openapi_3_1() -> None:
    problems = [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()]
    assert problems == []


def test_every_schema_is_a_valid_json_schema() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_nothing_is_described_that_no_operation_uses() -> None:
    text = json.dumps({"paths": DOCUMENT["paths"], "components": DOCUMENT["components"]})
    for kind in ("schemas", "parameters", "headers"):
        for name in DOCUMENT["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, f"{kind} {name}"


@pytest.mark.parametrize("route", SAMPLED, ids=lambda route: route.operation_id)
def test_the_example_of_a_body_is_one_that_the_handler_takes(route: Route) -> None:
    model = route.declaration.body
    assert model is not None, f"events/{route.domain}/{route.name}.json has a body, the handler reads none"
    model.model_validate_json(json.dumps(sample_body(route)))


@pytest.mark.parametrize("route", SAMPLED, ids=lambda route: route.operation_id)
def test_the_example_of_a_body_fits_its_schema(route: Route) -> None:
    content = OPERATIONS[route.operation_id][2]["requestBody"]["content"]["application/json"]
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema).validate(content["example"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_token_is_asked_for_where_the_handler_asks_for_one(name: str) -> None:
    route = next(route for route in operations() if route.operation_id == name)
    asked = OPERATIONS[name][2]["security"] == [{"accessToken": []}]
    assert asked == (not route.is_public)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_parameter_of_a_path_is_described(name: str) -> None:
    path, _, operation = OPERATIONS[name]
    described = {one["name"] for one in operation.get("parameters", ()) if one.get("in") == "path"}
    assert described == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_every_problem_has_the_status_and_code_of_its_class() -> None:
    every: list[type[SoukError]] = [SoukError, *SoukError.__subclasses__()]
    classes = {one.__name__: one for one in every}
    for name, response in DOCUMENT["components"]["responses"].items():
        example = response["content"]["application/problem+json"]["example"]
        assert (example["status"], example["error"]) == (status_of(classes[name]), classes[name].code)
        schema = {**DOCUMENT["components"]["schemas"]["Problem"]}
        jsonschema.Draft202012Validator(schema).validate(example)


def test_schemathesis_can_make_requests_from_every_operation() -> None:
    import schemathesis

    schema = schemathesis.openapi.from_dict(DOCUMENT)
    made: list[Any] = list(schema.get_all_operations())
    assert {result.ok().definition.raw["operationId"] for result in made} == set(OPERATIONS)
