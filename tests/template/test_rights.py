"""Least privilege as it is written; whether it is used is checked at the end of tests/functions."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.template.stack import MOST_ROLES_PER_FUNCTION, grants, processed_of, resources, role_of, sources, template
from tooling.contract.gateway import invoke_role
from tooling.contract.routes import routes
from tooling.contract.template import functions

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


def test_every_role_is_taken_by_a_function_a_workflow_or_the_gateway() -> None:
    held = {role_of(name) for name in functions(template())}
    machines = {one["Role"]["Fn::GetAtt"][0] for one in resources("AWS::Serverless::StateMachine").values()}
    gateway = {invoke_role(route.domain) for route in routes()}
    assert held | machines | gateway == set(ROLES)


def test_no_two_roles_grant_the_same() -> None:
    """Functions with identical rights share a role."""
    by_rights: dict[tuple[str, frozenset[tuple[str, str]]], list[str]] = {}
    for name, role in ROLES.items():
        by_rights.setdefault((_principal(role), frozenset(grants(name))), []).append(name)
    assert [roles for roles in by_rights.values() if len(roles) > 1] == []


# Older than the limit: domains of few functions with nearly as many kinds of rights. None may grow.
_OLDER = {
    "operations/maintenance": 2,
    "selling/listings": 15,
    "selling/platforms": 3,
    "storefront/analytics": 5,
    "storefront/catalogue": 7,
    "storefront/reviews": 2,
    "storefront/sellers": 4,
    "storefront/shipping": 2,
}


@pytest.mark.parametrize("domain", sorted({domain for domain, _ in sources().values()}))
def test_a_domain_has_few_roles_of_its_own(domain: str) -> None:
    """Each role is a resource of the stack's 500. One that other domains share is not counted, nor the gateway's."""
    members: dict[str, set[str]] = {}
    for name in functions(template()):
        members.setdefault(role_of(name), set()).add(sources()[name][0])
    own = [role for role, domains in members.items() if domains == {domain}]
    size = sum(one == domain for one, _ in sources().values())
    limit = max(_OLDER.get(domain, 1), int(MOST_ROLES_PER_FUNCTION * size))
    assert len(own) <= limit, f"{domain}: let functions with the same rights share a role"
    assert len(own) >= _OLDER.get(domain, 0), f"{domain} has fewer roles now: lower its number in _OLDER"


def test_only_lambda_step_functions_and_the_gateway_may_take_a_role() -> None:
    takers = {name: _principal(role) for name, role in ROLES.items()}
    assert set(takers.values()) == {"lambda.amazonaws.com", "states.amazonaws.com", "apigateway.amazonaws.com"}
    by_gateway = {name for name, taker in takers.items() if taker == "apigateway.amazonaws.com"}
    assert by_gateway == {invoke_role(route.domain) for route in routes()}


def _principal(role: dict[str, Any]) -> str:
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    return str(statement["Principal"]["Service"])


def test_sam_adds_no_role_of_its_own() -> None:
    made = processed_of("AWS::IAM::Role")
    added = {name: role for name, role in made.items() if name not in ROLES}
    # An authorizer or a schedule gets permissions on the function instead.
    assert added == {}
