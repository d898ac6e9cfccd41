"""Calling a function of the stack that is on no route, here or on AWS (STACK=...)."""

from __future__ import annotations

import json
from typing import Any

import boto3

from local.cloud import local_client
from local.deploy import STACK
from local.problems import Unusable
from local.running import running
from local.settings import Settings
from local.stack import physical_name


class Functions:
    """The functions of one stack, by their names in template.yaml. Raises Unusable when there is no stack."""

    def __init__(self, settings: Settings) -> None:
        self._stack = settings.stack or STACK
        self._cloudformation, self._functions = _clients(settings)

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """What the function answers. Raises Unusable when there is no such function, or it fails."""
        name = physical_name(self._cloudformation, self._stack, function)
        if not name:
            raise Unusable(f"The stack {self._stack} has no {function}.")
        answer = self._functions.invoke(FunctionName=name, Payload=json.dumps(event))
        result = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise Unusable(str(result.get("errorMessage", result)))
        return result


def _clients(settings: Settings) -> tuple[Any, Any]:
    if settings.stack:
        return boto3.client("cloudformation"), boto3.client("lambda")
    if not (places := running(settings.data)):
        raise Unusable("No stack runs here: start it with `make run`, or name one on AWS with STACK=...")
    return local_client("cloudformation", places.endpoint), local_client("lambda", places.endpoint)
