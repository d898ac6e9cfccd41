"""Asynchronous invocation of one function by another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class Invocations:
    def __init__(self, client: LambdaClient) -> None:
        self._client = client

    def request(self, function: str, event: Mapping[str, Any]) -> None:
        """Run `function` with `event`, soon and at least once."""
        self._client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode())
