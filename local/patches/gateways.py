"""API Gateway: an integration's role is assumed before its function is invoked."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

_SERVICE = "apigateway.amazonaws.com"
_INVOKE = "lambda:InvokeFunction"
_REFUSED = (500, {"Content-Type": "application/json"}, b'{"message":"Internal Server Error"}')

_log = logging.getLogger("souk.gateway")


def assume_the_integrations_role(gateway: Any, evaluator: Any, iam: Any) -> None:
    """An integration with credentials invokes its function with the rights of that role, as on AWS: a role that does
    not trust API Gateway, or does not allow the function, is a bare 500. MiniStack forgets the role and checks nothing.
    """
    create, invoke = gateway._create_integration, gateway._invoke_lambda_proxy

    def create_with_role(api: str, data: dict[str, Any]) -> Any:
        status, headers, body = create(api, data)
        if status == 201 and (role := data.get("credentialsArn")):
            gateway._integrations[api][json.loads(body)["integrationId"]]["credentialsArn"] = role
        return status, headers, body

    async def invoke_with_role(integration: dict[str, Any], *arguments: Any, **named: Any) -> Any:
        role = integration.get("credentialsArn")
        function = gateway._extract_lambda_ref_from_integration_uri(integration["integrationUri"])
        if role and (problem := _problem(evaluator, iam, role, function)):
            _log.error("%s may not invoke %s: %s", role, function, problem)
            return _REFUSED
        return await invoke(integration, *arguments, **named)

    gateway._create_integration, gateway._invoke_lambda_proxy = create_with_role, invoke_with_role


def _problem(evaluator: Any, iam: Any, role_arn: str, function_arn: str) -> str | None:
    """Why API Gateway cannot invoke the function with the role, or None when it can."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    role = iam._roles.get_scoped(account, None, name)
    if role is None:
        return "there is no such role"
    if not _trusts_gateway(evaluator, role["AssumeRolePolicyDocument"]):
        return f"the role does not trust {_SERVICE}"
    request = evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/gateway",
        principal_type="AssumedRole",
        principal_account=account,
        action=_INVOKE,
        resource_arn=function_arn,
        region=function_arn.split(":")[3],
    )
    decision = evaluator.evaluate(request, evaluator._gather_role_policies(name, account)).decision
    return None if decision == "Allow" else f"the role does not allow {_INVOKE} on it"


def _trusts_gateway(evaluator: Any, document: str | dict[str, Any]) -> bool:
    policy: dict[str, Any] = json.loads(document) if isinstance(document, str) else document
    return any(
        statement["Effect"] == "Allow"
        and statement["Action"] == "sts:AssumeRole"
        and evaluator._service_principal_matches(statement["Principal"], _SERVICE)
        for statement in policy["Statement"]
    )


def cors_of(gateway: Any, api: str) -> Callable[[str], Mapping[str, str]]:
    """The CORS headers that an API's answers have for an Origin: MiniStack's own reading of its configuration."""

    def headers(origin: str) -> Mapping[str, str]:
        with gateway.request_scope(*gateway.find_api_scope(api)):
            configured = gateway._apis[api].get("corsConfiguration") or {}
        return dict(gateway._cors_response_headers(configured, origin))

    return headers
