"""(c): boto3 and the standard library, fields checked by hand."""

from __future__ import annotations

import json
import time
from typing import Any

from benchmarks.compared.gateway import body_of, find_shape, is_admitted, observe, recorded

shape = find_shape()
_ANSWER = recorded["answer"]
_MEMBERS = json.loads(_ANSWER["body"]) if _ANSWER.get("body") else None
_FIELDS = {name: type(value) for name, value in json.loads(body_of(recorded["event"]) or b"{}").items()}


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    started = time.perf_counter()
    if not is_admitted(event):
        return {"statusCode": 401}
    given = json.loads(body_of(event) or b"{}")
    problems = [name for name, kind in _FIELDS.items() if not isinstance(given.get(name), kind)]
    if problems:
        return {"statusCode": 400, "body": json.dumps({"errors": problems})}
    shape.work(event, given)
    reply = {"statusCode": _ANSWER["statusCode"], "headers": _ANSWER["headers"], "body": json.dumps(_MEMBERS)}
    observe(event, _ANSWER["statusCode"], started)
    return reply
