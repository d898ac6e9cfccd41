"""What both packagings do: find the shape, check the caller, read the body, write the line of log and metric."""

from __future__ import annotations

import base64
import importlib
import json
import os
import time
from typing import Any

with open(os.environ["COMPARED"]) as _file:
    recorded: dict[str, Any] = json.load(_file)
"""`path` is the shape's name; `function`, `event` and `answer` are those of the recorded call."""


def find_shape() -> Any:
    """The module with the work of the recorded function."""
    return importlib.import_module(f"benchmarks.compared.{recorded['path']}")


def is_admitted(event: dict[str, Any]) -> bool:
    """Whether the authorizer vouches for the caller; endpoints for anyone have no authorizer."""
    authorizer = event["requestContext"].get("authorizer")
    if authorizer is None:
        return "authorizer" not in recorded["event"]["requestContext"]
    claims = authorizer["lambda"]
    return claims["verdict"] == "valid" and int(claims["expires_at"]) > time.time()


def body_of(event: dict[str, Any]) -> bytes:
    body: str = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def observe(event: dict[str, Any], status: int, started: float) -> None:
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    metric = {
        "Namespace": "Souk",
        "Dimensions": [["Function"]],
        "Metrics": [{"Name": "Latency", "Unit": "Milliseconds"}],
    }
    line = {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]},
        "Function": recorded["function"],
        "Latency": [milliseconds],
        "level": "INFO",
        "message": "request",
        "route": event["routeKey"],
        "request_id": event["requestContext"]["requestId"],
        "status": status,
        "milliseconds": milliseconds,
    }
    print(json.dumps(line))
