"""template.yaml as the tests of it see it: as written, and as SAM turns it into CloudFormation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from tooling.contract.template import functions, read_template, source_of

MANAGED_BY_US = "FunctionBasics"


template = read_template


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Logical id -> properties of the resources of a type, as written."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def sources() -> dict[str, tuple[str, str]]:
    """Logical id -> (domain, file name) of every function."""
    return {name: source_of(properties) for name, properties in functions(template()).items()}


@cache
def processed() -> dict[str, Any]:
    """What CloudFormation gets to see: SAM's own transform, as its command line runs it."""
    from boto3.session import Session
    from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
    from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]

    given = _with_artifacts(deepcopy(template()))
    defaults = {name: str(one.get("Default", "")) for name, one in given["Parameters"].items()}
    translator = Translator({}, Parser(), boto_session=Session(region_name="us-east-1"))
    made = translator.translate(given, defaults)
    assert isinstance(made, dict)
    return made


def processed_of(kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource.get("Properties", {})
        for name, resource in processed()["Resources"].items()
        if resource["Type"] == kind
    }


def _with_artifacts(given: dict[str, Any]) -> dict[str, Any]:
    for resource in given["Resources"].values():
        for name in ("CodeUri", "ContentUri", "DefinitionUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/artifact"
    return given


# Rights --------------------------------------------------------------------------------------------------------------


def role_of(function: str) -> str:
    """The logical id of a function's role."""
    return str(functions(template())[function]["Role"]["Fn::GetAtt"][0])


def grants(role: str) -> Iterator[tuple[str, str]]:
    """(action, resource) of every right of a role, a resource in words: `Table`, `Table/index/due`, `Bucket/*`."""
    properties = template()["Resources"][role]["Properties"]
    for policy in properties.get("Policies", ()):
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow", f"{role}: only what is allowed is written down"
            for action in _listed(statement["Action"]):
                for resource in _listed(statement["Resource"]):
                    yield action, in_words(resource)


def in_words(resource: Any) -> str:
    """A resource of a statement: its logical id with what follows, or the text that it is."""
    match resource:
        case {"Fn::GetAtt": [name, *_]} | {"Ref": name}:
            return str(name)
        case {"Fn::Sub": str(text)}:
            return text.replace(".Arn}", "}").replace("${", "").replace("}", "") if text.startswith("${") else text
        case str(text):
            return text
    raise AssertionError(f"a resource that no test understands: {resource}")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def references(node: Any) -> set[str]:
    """Logical ids that are referred to anywhere in `node` by Ref or GetAtt."""
    if isinstance(node, Mapping):
        own = {str(node["Ref"])} if "Ref" in node else set()
        if "Fn::GetAtt" in node:
            own |= {str(node["Fn::GetAtt"][0])}
        return own.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()
