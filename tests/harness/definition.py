"""Workflow definitions from their files: with substitutions, and with every nested state."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.functions.template import ROOT, resources

SUBSTITUTION = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class State:
    """One state: its name, its body, and the scope of states that its Next refers to."""

    name: str
    body: dict[str, Any]
    scope: Mapping[str, Any]


def text_of(name: str) -> str:
    return (ROOT / "workflows" / f"{name}.asl.json").read_text()


def definition(name: str, substitutions: Mapping[str, str]) -> dict[str, Any]:
    """workflows/<name>.asl.json as CloudFormation would deploy it."""
    loaded: dict[str, Any] = json.loads(SUBSTITUTION.sub(lambda found: substitutions[found[1]], text_of(name)))
    return loaded


def substitutions_of(workflow: str) -> dict[str, Any]:
    """DefinitionSubstitutions of a state machine in template.yaml, unresolved."""
    given: dict[str, Any] = resources("AWS::Serverless::StateMachine")[workflow]["DefinitionSubstitutions"]
    return given


def states_of(scope: Mapping[str, Any]) -> Iterator[State]:
    """All states of a definition, of its branches and of its item processors."""
    for name, body in scope["States"].items():
        yield State(name, body, scope["States"])
        inner = [*body.get("Branches", ()), *([body["ItemProcessor"]] if "ItemProcessor" in body else ())]
        for one in inner:
            yield from states_of(one)


def scopes_of(scope: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The definition itself, and every branch and item processor in it."""
    yield scope
    for body in scope["States"].values():
        for one in (*body.get("Branches", ()), *([body["ItemProcessor"]] if "ItemProcessor" in body else ())):
            yield from scopes_of(one)
