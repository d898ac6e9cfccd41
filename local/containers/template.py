"""The template that `sam local` reads: the built one, with everything that the running stack knows filled in.

A file of variables for `sam local --env-vars` would not do: it can set only variables that the template declares, and
the endpoint and the credentials are not among them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from local.cloud import REGION
from local.deploy import STACK
from local.problems import Unusable

type Client = Callable[[str], Any]

_KEY_SECONDS: Final = 12 * 3600
"""How long a function's credentials are valid: as long as AWS allows."""
_LOCAL_URL: Final = re.compile(r"http://(?:127\.0\.0\.1|localhost):(\d+)")
_PAGES: Final = frozenset({"CHECKOUT_SUCCESS_URL", "CHECKOUT_CANCEL_URL"})
"""Addresses that browsers are sent to. No function calls them."""
_FILES: Final = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


def deployed_functions(client: Client) -> dict[str, dict[str, Any]]:
    """The configuration of each function of the running stack, by its name in template.yaml."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
    logical = {
        entry["PhysicalResourceId"]: entry["LogicalResourceId"]
        for page in pages
        for entry in page["StackResourceSummaries"]
        if entry["ResourceType"] == "AWS::Lambda::Function"
    }
    functions = (
        one for page in client("lambda").get_paginator("list_functions").paginate() for one in page["Functions"]
    )
    return {logical[one["FunctionName"]]: one for one in functions if one["FunctionName"] in logical}


def local_ports(endpoint: str, functions: Mapping[str, Mapping[str, Any]]) -> frozenset[int]:
    """Ports of this machine that functions call: those of the AWS endpoint and of the vendors' stand-ins."""
    values = [endpoint, *(value for name, value in all_variables(functions).items() if name not in _PAGES)]
    return frozenset(int(port) for value in values for port in _LOCAL_URL.findall(value))


def all_variables(functions: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The variables of all functions: one name has one value everywhere."""
    every: dict[str, str] = {}
    for one in functions.values():
        every |= _variables(one)
    return every


def fill_in(
    build: Path,
    functions: Mapping[str, Mapping[str, Any]],
    common: Mapping[str, str],
    credentials: Callable[[str], Mapping[str, str]],
) -> dict[str, Any]:
    """The built template for `sam local`.

    functions: what `deployed_functions` answers. common: variables of every function. credentials: those of a role, by
    its ARN. Raises Unusable when there is no build, or when the running stack lacks a function of it.
    """
    try:
        template: dict[str, Any] = yaml.safe_load((build / "template.yaml").read_text())
    except FileNotFoundError as error:
        raise Unusable(f"There is no built template in {build}: run `make build`.") from error
    keys: dict[str, Mapping[str, str]] = {}
    for name, kind, properties in _resources(template):
        if kind in _FILES and isinstance(properties.get(_FILES[kind]), str):
            properties[_FILES[kind]] = str((build / properties[_FILES[kind]]).resolve())
        if kind != "AWS::Serverless::Function":
            continue
        if name not in functions:
            raise Unusable(f"The stack that runs here has no {name}: stop it, and start it again with `make run`.")
        role = functions[name]["Role"]
        if role not in keys:
            keys[role] = credentials(role)
        properties["Environment"] = {"Variables": {**_variables(functions[name]), **common, **keys[role]}}
    return template


def common_variables(endpoint: str, proxy: str) -> dict[str, str]:
    """The variables that every function gets on top of its own."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        # In both spellings: the engine's own configuration may set either.
        "HTTP_PROXY": proxy,
        "http_proxy": proxy,
        "NO_PROXY": "",
        "no_proxy": "",
    }


def assume(sts: Any, role: str) -> dict[str, str]:
    """Credentials of a role, as variables: in a container a function has the rights that it has on AWS, and no more."""
    keys = sts.assume_role(RoleArn=role, RoleSessionName="sam-local", DurationSeconds=_KEY_SECONDS)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }


def write(template: Mapping[str, Any], file: Path) -> None:
    """Readable by its owner only, since credentials are in it."""
    file.touch(mode=0o600)
    file.write_text(json.dumps(template))


def _variables(function: Mapping[str, Any]) -> dict[str, str]:
    return dict(function.get("Environment", {}).get("Variables", {}))


def _resources(template: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, resource in template["Resources"].items():
        yield name, resource["Type"], resource.get("Properties", {})
