"""template.yaml as plain values, and its routes. CloudFormation's short forms (`!Ref`) become the long ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Route:
    """One event of one function. `operation_id` is the file's name, with the event's behind it from the second on."""

    function: str
    domain: str
    name: str
    method: str
    path: str
    is_public: bool
    operation_id: str

    @property
    def tag(self) -> str:
        return self.domain.rpartition("/")[2]

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def file(self) -> Path:
        return ROOT / "functions" / self.domain / f"{self.name}.py"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


def read_template() -> dict[str, Any]:
    """The template as it stands in the repository, unprocessed."""
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506 - a SafeLoader
    assert isinstance(template, dict)
    return template


def functions(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Logical id -> properties of every function."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def source_of(properties: Mapping[str, Any]) -> tuple[str, str]:
    """(`<context>/<domain>`, file name without `.py`) of a function."""
    return properties["CodeUri"].removeprefix("functions/"), properties["Handler"].removesuffix(".handler")


@cache
def _places() -> Mapping[str, str]:
    """File name -> `<context>/<domain>` of every function; a name is used once."""
    return {file.stem: f"{file.parts[-3]}/{file.parts[-2]}" for file in (ROOT / "functions").glob("*/*/*.py")}


def place_of(name: str) -> str:
    """`<context>/<domain>` of the function of this name. Raises KeyError."""
    return _places()[name]


def module_of(name: str) -> str:
    """The dotted name of a function's module."""
    return f"functions.{place_of(name).replace('/', '.')}.{name}"


def event_file(name: str) -> Path:
    """A function's sample event."""
    return ROOT / "events" / place_of(name) / f"{name}.json"


def http_events(properties: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {
        name: event.get("Properties", {})
        for name, event in properties.get("Events", {}).items()
        if event["Type"] == "HttpApi"
    }


def is_catch_all(event: Mapping[str, Any]) -> bool:
    """Whether the event takes what no route takes: `$default` is not a path that a contract could name."""
    return bool(event.get("Path", "$default") == "$default")


def routes(template: Mapping[str, Any]) -> Iterator[Route]:
    """Every route that has a path, in the template's order."""
    for function, properties in functions(template).items():
        domain, name = source_of(properties)
        operation_id = name
        for event_name, event in http_events(properties).items():
            if is_catch_all(event):
                continue
            yield Route(
                function,
                domain,
                name,
                event["Method"].upper(),
                event["Path"],
                event.get("Auth", {}).get("Authorizer") == "NONE",
                operation_id,
            )
            operation_id = f"{name}_{_next_event(properties, event_name)}"


def _next_event(properties: Mapping[str, Any], name: str) -> str:
    names = [*http_events(properties), name]
    return _WORD.sub("_", names[names.index(name) + 1]).lower()
