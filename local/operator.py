"""`make operator EMAIL=...`: the first operator, made by whoever may invoke the function, here or on AWS
(STACK=...).
"""

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
from local.terminal import Terminal

_FUNCTION = "GrantOperatorFunction"


def grant(settings: Settings, email: str, terminal: Terminal) -> int:
    """Invoke grant_operator for an account. Raises Unusable when there is no stack, no such function, or no such
    account.
    """
    stack = settings.stack or STACK
    cloudformation, functions = _clients(settings)
    name = physical_name(cloudformation, stack, _FUNCTION)
    if not name:
        raise Unusable(f"The stack {stack} has no {_FUNCTION}.")
    answer = functions.invoke(FunctionName=name, Payload=json.dumps({"email": email}))
    result = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise Unusable(f"{email} was not made an operator: {result.get('errorMessage', result)}")
    terminal.line(f"{email} is an operator from the next token refresh on.")
    return 0


def _clients(settings: Settings) -> tuple[Any, Any]:
    if settings.stack:
        return boto3.client("cloudformation"), boto3.client("lambda")
    if not (places := running(settings.data)):
        raise Unusable("No stack runs here: start it with `make run`, or name one on AWS with STACK=...")
    return local_client("cloudformation", places.endpoint), local_client("lambda", places.endpoint)
