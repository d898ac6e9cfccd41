"""What template.yaml says, read without SAM: enough to make its tables, keys and buckets, and to call functions."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]

# What stands for a value that only a deployment knows.
ACCOUNT = "123456789012"
REGION = "us-east-1"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, which become their long ones."""


def _long_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _long_form)


@cache
def template() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)
    return loaded


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Properties of all resources of a type, by logical id."""
    every = template()["Resources"].items()
    return {name: one.get("Properties", {}) for name, one in every if one["Type"] == kind}


def variables_of(function: str) -> dict[str, Any]:
    """Environment variables of a function, unresolved: those of all functions, and its own."""
    shared: dict[str, Any] = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = resources("AWS::Serverless::Function")[function].get("Environment", {}).get("Variables", {})
    return {**shared, **own}


@cache
def all_variables() -> dict[str, Any]:
    """Every environment variable that some function has, unresolved."""
    return {name: value for one in resources("AWS::Serverless::Function") for name, value in variables_of(one).items()}


def logical_id(name: str) -> str:
    """The function of a file: `log_in` -> `LogInFunction`."""
    return "".join(word.capitalize() for word in name.split("_")) + "Function"


def resolve(value: Any, physical: dict[str, str]) -> str:
    """A variable as a function sees it: parameters by their defaults, resources by `physical` or their own name."""
    if not isinstance(value, dict):
        return str(value)
    [(form, argument)] = value.items()
    if form == "Ref":
        parameter: dict[str, Any] | None = template()["Parameters"].get(str(argument))
        return str(parameter["Default"]) if parameter else str(physical.get(argument, argument))
    if form == "Fn::GetAtt":
        target = argument.split(".")[0] if isinstance(argument, str) else argument[0]
        return str(physical.get(target, target))
    if form == "Fn::Sub":
        text = str(argument if isinstance(argument, str) else argument[0])
        for name, made in {
            **physical,
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
        }.items():
            text = text.replace(f"${{{name}}}", made)
        return text
    raise ValueError(f"cannot resolve {form} outside of a deployment")
