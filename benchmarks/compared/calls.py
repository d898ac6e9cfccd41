"""The requests and signatures alone, ready made, by Souk's clients: no handler can be cheaper."""

from __future__ import annotations

import ast
import os
import re
from typing import Any

from benchmarks.compared.gateway import recorded
from souk.aws.clients import client

_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_CALLS = [
    (getattr(client(one["service"]), _WORD.sub("_", one["operation"]).lower()), ast.literal_eval(one["request"]))
    for one in recorded["exchanges"]
]
_SIGNATURES = [(getattr(client("s3"), name), *ast.literal_eval(arguments)) for name, arguments in recorded["presigned"]]


def handler(_event: Any, _context: Any) -> dict[str, Any]:
    for call, request in _CALLS:
        call(**request)
    for sign, positional, named in _SIGNATURES:
        sign(*positional, **named)
    if recorded["vendor"]:
        _ask_vendors()
    return {"statusCode": recorded["answer"]["statusCode"]}


def _ask_vendors() -> None:
    from benchmarks.compared.vendor import http

    for target in recorded["vendor"]:
        method, path = target.split(" ")
        http.request(method, f"{os.environ['AWS_ENDPOINT_URL']}/{path}")
