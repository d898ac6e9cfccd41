"""Invokes functions of the stack that have no route, here or on AWS (STACK=...)."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.cloud import local_client
from local.deploy import STACK
from local.problems import Unusable
from local.running import running
from local.settings import Settings
from local.stack import physical_name

PATIENCE = 930.0
"""Seconds. A function on AWS runs for fifteen minutes at most."""


class Functions:
    """The functions of one stack, by their names in template.yaml. Raises Unusable when there is no stack."""

    def __init__(self, settings: Settings) -> None:
        self._stack = settings.stack or STACK
        try:
            self._cloudformation, self._functions = _clients(settings)
        except BotoCoreError as error:
            raise Unusable(f"AWS cannot be asked: {error}") from error

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """The function's answer. Raises Unusable when there is no such function, or it fails.

        It is invoked only once: without an answer, it may still be running.
        """
        name = self._physical_name(function)
        try:
            answer = self._functions.invoke(FunctionName=name, Payload=json.dumps(event))
            result = json.loads(answer["Payload"].read())
        except (BotoCoreError, ClientError) as error:
            raise Unusable(f"{function} gave no answer, and may still be running: {error}") from error
        if "FunctionError" in answer:
            raise Unusable(str(result.get("errorMessage", result)))
        return result

    def _physical_name(self, function: str) -> str:
        try:
            name = physical_name(self._cloudformation, self._stack, function)
        except (BotoCoreError, ClientError) as error:
            raise Unusable(f"The stack {self._stack} cannot be read: {error}") from error
        if not name:
            raise Unusable(f"The stack {self._stack} has no {function}.")
        return name


def _clients(settings: Settings) -> tuple[Any, Any]:
    # TCP keep-alive: some routers drop a connection that was silent for minutes.
    patient = Config(read_timeout=PATIENCE, retries={"total_max_attempts": 1}, tcp_keepalive=True)
    if settings.stack:
        return boto3.client("cloudformation"), boto3.client("lambda", config=patient)
    if not (places := running(settings.data)):
        raise Unusable("No stack runs here: start it with `make run`, or name one on AWS with STACK=...")
    return local_client("cloudformation", places.endpoint), local_client("lambda", places.endpoint, patient)
