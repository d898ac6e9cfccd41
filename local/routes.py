"""Completes the HTTP API after a deploy.

The template has the API as one OpenAPI `Body`; AWS makes authorizers, integrations, routes and CORS of it, and
MiniStack 1.5.33 ignores it. This reads the Body from the processed template and makes the same things through
apigatewayv2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_REFERENCE = re.compile(r"\$\{([A-Za-z0-9:._]+)\}")
_PSEUDO = {
    "AWS::Region": "us-east-1",
    "AWS::Partition": "aws",
    "AWS::AccountId": "000000000000",
    "AWS::URLSuffix": "amazonaws.com",
}


def complete(stack: str, cloudformation: Any, gateway: Any) -> str:
    """Make what the Body of the stack's only HTTP API says, in place of what was there; answers the API's id."""
    template = _template(cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"])
    [stack_now] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack_now.get("Parameters", ())}
    physical = {
        entry["LogicalResourceId"]: entry["PhysicalResourceId"]
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        for entry in page["StackResourceSummaries"]
        if "PhysicalResourceId" in entry
    }
    [(name, api)] = (
        (name, resource)
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::ApiGatewayV2::Api" and resource["Properties"].get("ProtocolType", "HTTP") == "HTTP"
    )
    values = {**_PSEUDO, "AWS::StackName": stack, **_arns(template, physical), **physical, **parameters}
    body = _resolved(api["Properties"]["Body"], values)
    _clear(physical[name], gateway)
    _create(physical[name], body, gateway)
    return str(physical[name])


def _create(api: str, body: Mapping[str, Any], gateway: Any) -> None:
    if cors := body.get("x-amazon-apigateway-cors"):
        gateway.update_api(ApiId=api, CorsConfiguration={_pascal(name): value for name, value in cors.items()})
    authorizers = {
        name: gateway.create_authorizer(ApiId=api, **_authorizer(name, scheme))["AuthorizerId"]
        for name, scheme in body.get("components", {}).get("securitySchemes", {}).items()
    }
    integrations: dict[tuple[str, str], str] = {}
    for key, operation in _operations(body):
        integration = operation["x-amazon-apigateway-integration"]
        role = integration.get("credentials", "")
        target = integration["uri"], role
        if target not in integrations:
            integrations[target] = gateway.create_integration(
                ApiId=api,
                IntegrationType="AWS_PROXY",
                IntegrationUri=integration["uri"],
                PayloadFormatVersion=integration.get("payloadFormatVersion", "2.0"),
                **({"CredentialsArn": role} if role else {}),
            )["IntegrationId"]
        names = [name for entry in operation.get("security", ()) for name in entry if name in authorizers]
        authorization = {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizers[names[0]]} if names else {}
        gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integrations[target]}", **authorization)


def _authorizer(name: str, scheme: Mapping[str, Any]) -> dict[str, Any]:
    settings = scheme["x-amazon-apigateway-authorizer"]
    sources = settings.get("identitySource", [])  # SAM writes a list, the OpenAPI extension's own form is "a, b"
    return {
        "Name": name,
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": settings["authorizerUri"],
        "AuthorizerPayloadFormatVersion": str(settings["authorizerPayloadFormatVersion"]),
        "EnableSimpleResponses": settings.get("enableSimpleResponses", False),
        "AuthorizerResultTtlInSeconds": settings.get("authorizerResultTtlInSeconds", 0),
        "IdentitySource": [name.strip() for name in sources.split(",")] if isinstance(sources, str) else sources,
    }


def _operations(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            if not isinstance(operation, Mapping) or "x-amazon-apigateway-integration" not in operation:
                continue
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            yield ("$default" if path.lstrip("/") == "$default" else f"{verb} {path}"), operation


def _clear(api: str, gateway: Any) -> None:
    for route in gateway.get_routes(ApiId=api)["Items"]:
        gateway.delete_route(ApiId=api, RouteId=route["RouteId"])
    for integration in gateway.get_integrations(ApiId=api)["Items"]:
        gateway.delete_integration(ApiId=api, IntegrationId=integration["IntegrationId"])
    for authorizer in gateway.get_authorizers(ApiId=api)["Items"]:
        gateway.delete_authorizer(ApiId=api, AuthorizerId=authorizer["AuthorizerId"])


def _arns(template: Mapping[str, Any], physical: Mapping[str, str]) -> dict[str, str]:
    """`<logical id>.Arn` -> ARN of each function and role: what a Body refers to."""
    region, account = _PSEUDO["AWS::Region"], _PSEUDO["AWS::AccountId"]
    begins = {
        "AWS::Lambda::Function": f"arn:aws:lambda:{region}:{account}:function:",
        "AWS::IAM::Role": f"arn:aws:iam::{account}:role/",
    }
    return {
        f"{name}.Arn": begins[resource["Type"]] + physical[name]
        for name, resource in template["Resources"].items()
        if resource["Type"] in begins and name in physical
    }


def _resolved(value: Any, values: Mapping[str, str]) -> Any:
    """The value with Ref, Fn::GetAtt and Fn::Sub replaced. Raises KeyError for a reference to what is not in the
    stack.
    """
    match value:
        case {"Ref": name}:
            return values[name]
        case {"Fn::GetAtt": [name, attribute]}:
            return values[f"{name}.{attribute}"]
        case {"Fn::Sub": [text, own]}:
            return _substituted(text, {**values, **_resolved(own, values)})
        case {"Fn::Sub": text}:
            return _substituted(text, values)
        case dict():
            return {key: _resolved(entry, values) for key, entry in value.items()}
        case list():
            return [_resolved(entry, values) for entry in value]
    return value


def _substituted(text: str, values: Mapping[str, str]) -> str:
    return _REFERENCE.sub(lambda found: str(values[found[1]]), text)


def _template(body: Any) -> dict[str, Any]:
    template = json.loads(body) if isinstance(body, str) else body
    return dict(template)


def _pascal(name: str) -> str:
    return name[0].upper() + name[1:]
