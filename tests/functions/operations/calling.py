"""Call an operations function with its sample event."""

from __future__ import annotations

import base64
import gzip
import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from tooling.contract.template import event_file, module_of


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """As a client reads it, decompressed."""
        packed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


def call(
    name: str,
    *,
    method: str | None = None,
    path: str | None = None,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """The answer of function `name` to its sample event, with the given members in place of the sample's."""
    event = json.loads(event_file(name).read_text())
    event["requestContext"]["http"]["method"] = method or event["requestContext"]["http"]["method"]
    event["rawPath"] = path or event["rawPath"]
    event["pathParameters"] = params
    event["headers"] = event["headers"] if headers is None else headers
    handler = importlib.import_module(module_of(name)).handler
    reply = handler(event, SimpleNamespace(function_name="TestedFunction"))
    body = reply.get("body", "")
    content = base64.b64decode(body) if reply.get("isBase64Encoded") else body.encode()
    return Reply(reply["statusCode"], reply["headers"], content)
