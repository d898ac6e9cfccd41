"""template.yaml as plain values. CloudFormation's short forms (`!Ref`) become the long ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


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


@cache
def read_template() -> dict[str, Any]:
    """The template as it is in the repository, unprocessed. Read once, and shared by all callers."""
    return parse_template((ROOT / "template.yaml").read_text())


def parse_template(text: str) -> dict[str, Any]:
    template = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
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
