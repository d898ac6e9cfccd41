"""The gateway invokes a function with the role that its route names, and only what that role allows."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.testing import LocalStack

REFUSED = (500, {"message": "Internal Server Error"})


class InvokeRole:
    """The fixture's role of the gateway; changes are undone at the end of a test."""

    def __init__(self, stack: LocalStack) -> None:
        self._iam, self._name = stack.client("iam"), stack.physical("InvokeRole")
        self._stack = stack
        self.rights: dict[str, Any] = self._iam.get_role_policy(RoleName=self._name, PolicyName="rights")[
            "PolicyDocument"
        ]
        self.trust: dict[str, Any] = self._iam.get_role(RoleName=self._name)["Role"]["AssumeRolePolicyDocument"]

    def write(self, rights: dict[str, Any], trust: dict[str, Any]) -> None:
        self._iam.put_role_policy(RoleName=self._name, PolicyName="rights", PolicyDocument=json.dumps(rights))
        self._iam.update_assume_role_policy(RoleName=self._name, PolicyDocument=json.dumps(trust))

    def take_out(self, function: str) -> None:
        rights = copy.deepcopy(self.rights)
        [statement] = rights["Statement"]
        name = self._stack.physical(function)
        statement["Resource"] = [arn for arn in statement["Resource"] if not arn.endswith(f":{name}")]
        assert len(statement["Resource"]) == 1
        self.write(rights, self.trust)

    def let_only(self, service: str) -> None:
        trust = copy.deepcopy(self.trust)
        trust["Statement"][0]["Principal"] = {"Service": service}
        self.write(self.rights, trust)


@pytest.fixture
def role(stack: LocalStack) -> Iterator[InvokeRole]:
    role = InvokeRole(stack)
    yield role
    role.write(role.rights, role.trust)


def asked(api: httpx.Client, path: str) -> tuple[int, Any]:
    answer = api.get(path)
    return answer.status_code, answer.json()


def test_a_route_with_a_role_reaches_its_function(api: httpx.Client) -> None:
    status, event = asked(api, "by-role/echo")
    assert (status, event["routeKey"]) == (200, "GET /api/v1/by-role/echo")
    assert asked(api, "by-role/steps")[0] == 200


def test_a_route_with_a_role_has_the_default_authorizer(api: httpx.Client) -> None:
    assert asked(api, "by-role/guarded") == (401, {"message": "Unauthorized"})
    assert api.get("by-role/guarded", headers={"Authorization": "Bearer abc"}).status_code == 200


def test_a_function_taken_out_of_the_role_fails_and_another_still_works(api: httpx.Client, role: InvokeRole) -> None:
    role.take_out("StepsFunction")
    assert asked(api, "by-role/steps") == REFUSED
    assert asked(api, "by-role/echo")[0] == 200


def test_a_role_that_the_gateway_may_not_assume_is_of_no_use(api: httpx.Client, role: InvokeRole) -> None:
    role.let_only("lambda.amazonaws.com")
    assert asked(api, "by-role/echo") == REFUSED
    assert asked(api, "open/x")[0] == 200  # a route without a role
