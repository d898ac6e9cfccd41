"""Least privilege as written (decision 6); what is used of it is judged at the end of tests/functions."""

from __future__ import annotations

import re
from typing import Any

import pytest

from docs.contract.template import functions
from tests.template.stack import grants, processed_of, resources, role_of, template

ROLES = resources("AWS::IAM::Role")
_ACTION = re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+")
# X-Ray has no resources to name.
_TRACING = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
_WITHOUT_RESOURCES = {*_TRACING, "xray:GetSamplingRules", "xray:GetSamplingTargets"}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_names_actions_one_by_one(role: str) -> None:
    loose = [action for action, _ in grants(role) if not _ACTION.fullmatch(action)]
    assert loose == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_names_its_resources(role: str) -> None:
    unbounded = [action for action, resource in grants(role) if resource == "*" and action not in _WITHOUT_RESOURCES]
    assert unbounded == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_says_nothing_twice(role: str) -> None:
    written = list(grants(role))
    assert sorted(set(written)) == sorted(written)


def test_what_every_function_may_do_is_to_write_logs_and_traces() -> None:
    [policy] = resources("AWS::IAM::ManagedPolicy").values()
    allowed = [
        action
        for statement in policy["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]
    assert set(allowed) == {"logs:CreateLogStream", "logs:PutLogEvents", *_TRACING}


@pytest.mark.parametrize("function", functions(template()))
def test_a_function_has_a_role_of_the_template_and_nothing_besides(function: str) -> None:
    properties = functions(template())[function]
    assert role_of(function) in ROLES
    assert "Policies" not in properties
    assert ROLES[role_of(function)]["ManagedPolicyArns"] == [{"Ref": "FunctionBasics"}]


def test_every_role_is_somebodys() -> None:
    held = {role_of(name) for name in functions(template())}
    machines = {one["Role"]["Fn::GetAtt"][0] for one in resources("AWS::Serverless::StateMachine").values()}
    assert held | machines == set(ROLES)


def test_no_two_roles_say_the_same() -> None:
    """Functions with identical rights share a role (decision 1)."""
    by_rights: dict[frozenset[tuple[str, str]], list[str]] = {}
    for role in sorted({role_of(name) for name in functions(template())}):
        by_rights.setdefault(frozenset(grants(role)), []).append(role)
    assert [roles for roles in by_rights.values() if len(roles) > 1] == []


def test_only_lambda_and_step_functions_may_take_a_role() -> None:
    takers = {_principal(role) for role in ROLES.values()}
    assert takers == {"lambda.amazonaws.com", "states.amazonaws.com"}


def _principal(role: dict[str, Any]) -> str:
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    return str(statement["Principal"]["Service"])


def test_sam_adds_no_role_of_its_own() -> None:
    made = processed_of("AWS::IAM::Role")
    added = {name: role for name, role in made.items() if name not in ROLES}
    # An authorizer or a schedule gets permissions on the function instead.
    assert added == {}
