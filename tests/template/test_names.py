"""One name everywhere: file, function, sample event, operation and tests of it are found by one another."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from tests.template.stack import sources
from tooling.contract.document import FILE
from tooling.contract.routes import operations, routes
from tooling.contract.template import ROOT, module_of


def _domain(file: Path, base: str) -> str:
    return str(file.parent.relative_to(ROOT / base))


FILES = sorted(
    (_domain(file, "functions"), file.stem) for file in (ROOT / "functions").glob("*/*/*.py") if file.stem != "__init__"
)


def test_every_file_is_one_function_and_every_function_one_file() -> None:
    assert sorted(sources().values()) == FILES


def test_a_function_is_named_after_its_file() -> None:
    named = {name: "".join(word.capitalize() for word in file.split("_")) for name, (_, file) in sources().items()}
    assert {name: f"{wanted}Function" for name, wanted in named.items()} == {name: name for name in named}


def test_a_file_name_is_used_in_one_domain_only() -> None:
    names = [name for _, name in FILES]
    assert sorted(set(names)) == sorted(names)


def test_every_function_has_a_sample_event_and_no_event_is_left_over() -> None:
    events = sorted((_domain(file, "events"), file.stem) for file in (ROOT / "events").glob("*/*/*.json"))
    assert events == FILES


@pytest.mark.parametrize("name", sorted({route.name for route in routes()}))
def test_a_sample_event_is_of_a_route_of_its_function(name: str) -> None:
    mine = [route for route in routes() if route.name == name]
    event = json.loads((ROOT / "events" / mine[0].domain / f"{name}.json").read_text())
    assert event["version"] == "2.0"
    assert event["routeKey"] in {route.key for route in mine}
    assert event["requestContext"]["routeKey"] == event["routeKey"]


def test_every_route_is_an_operation_under_its_files_name() -> None:
    paths = json.loads(FILE.read_text())["paths"]
    described = {
        one["operationId"]: f"{method.upper()} {path}" for path, item in paths.items() for method, one in item.items()
    }
    assert described == {route.operation_id: route.key for route in operations()}


@pytest.mark.parametrize(("domain", "name"), FILES, ids=[f"{domain}/{name}" for domain, name in FILES])
def test_every_function_is_exercised_by_a_test_of_its_domain(domain: str, name: str) -> None:
    """By name, which is unique: a module of the domain's tests says it to the caller of functions, or imports it."""
    modules = sorted((ROOT / "tests" / "functions" / domain).glob("**/*.py"))
    assert any(_exercises(module, domain, name) for module in modules), (
        f"no module under tests/functions/{domain} calls functions/{domain}/{name}.py"
    )


def _exercises(module: Path, domain: str, name: str) -> bool:
    tree = ast.parse(module.read_text())
    wanted = {name, module_of(name)}
    return any(_names(node) & wanted for node in ast.walk(tree))


def _names(node: ast.AST) -> set[str]:
    """What a piece of code says that may be the name of a function's module."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.ImportFrom(module=str(module), names=names):
            return {module, *(f"{module}.{alias.name}" for alias in names)}
        case ast.Import(names=names):
            return {alias.name for alias in names}
    return set()
