"""The resources of template.yaml, as tests make tables, keys and buckets of them and call functions."""

from __future__ import annotations

from functools import cache
from typing import Any

from tooling.contract.template import ROOT, read_template

# What is used for a value that only a deployment knows.
ACCOUNT = "123456789012"
REGION = "us-east-1"


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Properties of all resources of a type, by logical id."""
    every = read_template()["Resources"].items()
    return {name: one.get("Properties", {}) for name, one in every if one["Type"] == kind}


def variables_of(function: str) -> dict[str, Any]:
    """Environment variables of a function, unresolved: those of all functions, and its own."""
    shared: dict[str, Any] = read_template()["Globals"]["Function"]["Environment"]["Variables"]
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
        parameter: dict[str, Any] | None = read_template()["Parameters"].get(str(argument))
        return str(parameter["Default"]) if parameter else str(physical.get(argument, argument))
    if form == "Fn::GetAtt":
        target = argument[0]
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
    if form == "Fn::If":
        condition, yes, no = argument
        return resolve(yes if _holds(read_template()["Conditions"][condition], physical) else no, physical)
    raise ValueError(f"cannot resolve {form} outside of a deployment")


def _holds(condition: dict[str, Any], physical: dict[str, str]) -> bool:
    match condition:
        case {"Fn::Not": [inner]}:
            return not _holds(inner, physical)
        case {"Fn::Equals": [one, other]}:
            return resolve(one, physical) == resolve(other, physical)
    raise ValueError(f"cannot resolve {condition} outside of a deployment")


__all__ = ["ACCOUNT", "REGION", "ROOT", "logical_id", "resolve", "resources", "variables_of"]
