"""Serves the deployed HTTP API on the address that people use, as API Gateway would.

Requests reach the emulated API in the same process. Added here is what the emulator lacks: the 10 MB limit of a body,
CORS headers on what the gateway itself refuses, a bound on requests in flight, above which they wait (each is a process
of its own here), and a health check that knows of the local store.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

BODY_LIMIT = 10 * 1024 * 1024
IN_FLIGHT = 16
_HEALTH = "/api/v1/healthz"
_LATE = "What was written last is not saved yet: a kill would lose it. See the terminal of make run."
_NOT_SAVED = {
    "type": "urn:souk:error:dependency_unavailable",
    "title": "Temporarily unavailable",
    "status": 503,
    "detail": _LATE,
    "error": "dependency_unavailable",
    "message": _LATE,
    "errors": [],
}

_log = logging.getLogger("souk.gateway")

# execute(api, stage, path, method, headers, body, query, raw_query_string=...) -> status, headers, body
type Execute = Callable[..., Awaitable[tuple[int, dict[str, Any], bytes]]]


class _TooLarge(Exception):
    """The body passed BODY_LIMIT."""


class _Gone(Exception):
    """The client left before its request was complete."""


class Gateway:
    """An ASGI application for one API; `decode_path` is the emulator's reading of a raw path, `touched` hears of each
    request. `cors` answers the CORS headers for an Origin, as the API is configured. While `is_late` (what was written
    is not being saved) the health check fails.
    """

    def __init__(
        self,
        api: str,
        execute: Execute,
        decode_path: Callable[[str], str],
        touched: Callable[[], None],
        cors: Callable[[str], Mapping[str, str]],
        is_late: Callable[[], bool],
    ) -> None:
        self._api = api
        self._execute = execute
        self._cors = cors
        self._decode_path = decode_path
        self._touched = touched
        self._is_late = is_late
        self._places = asyncio.BoundedSemaphore(IN_FLIGHT)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        headers = _joined(scope["headers"])
        try:
            status, answered, content = await self._execution(scope, headers, await _body(receive, headers))
        except _Gone:
            return
        except _TooLarge:
            status, answered, content = _refusal(413, "Request Entity Too Large")
            answered["Connection"] = "close"
        # The emulator adds CORS headers to the answers of functions only: without them a browser hides a 401 or 413.
        answered = {**answered, **self._cors(headers.get("origin", ""))}
        await _send(send, status, answered, content, has_body=scope["method"] != "HEAD")

    async def _execution(self, scope: Any, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any], bytes]:
        query = scope["query_string"].decode("latin-1")
        path = self._decode_path(scope["raw_path"].decode("latin-1"))
        if path == _HEALTH and self._is_late():
            return (
                503,
                {"Content-Type": "application/problem+json"},
                json.dumps({**_NOT_SAVED, "request_id": str(uuid.uuid4())}).encode(),
            )
        try:
            async with self._places:
                answer = await self._execute(
                    self._api, "$default", path, scope["method"], headers, body,
                    parse_qs(query, keep_blank_values=True), raw_query_string=query,
                )  # fmt: skip
        except Exception:  # noqa: BLE001 - the edge: AWS answers so, and the cause is in the log
            _log.exception("%s %s", scope["method"], scope["path"])
            answer = _refusal(500, "Internal Server Error")
        self._touched()
        return answer


def _joined(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers as API Gateway hands them on: lower-case names, repeated ones joined by commas (cookies by
    semicolons).
    """
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        between = "; " if key == "cookie" else ","
        headers[key] = f"{headers[key]}{between}{text}" if key in headers else text
    return headers


async def _body(receive: Any, headers: dict[str, str]) -> bytes:
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > BODY_LIMIT:
        raise _TooLarge
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _Gone
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > BODY_LIMIT:
            raise _TooLarge
        if not message.get("more_body"):
            return b"".join(chunks)


async def _send(send: Any, status: int, headers: dict[str, Any], body: bytes, *, has_body: bool) -> None:
    """`has_body` is False for the answer to HEAD, whose length is the one that GET would have."""
    length = str(len(body)) if body or has_body else next(_values(headers, "content-length"), None)
    lines = [
        (name.lower().encode("latin-1"), str(value).encode("latin-1", "replace"))
        for name, values in headers.items()
        for value in (values if isinstance(values, list) else [values])
        if name.lower() != "content-length"
    ]
    if status in {204, 304}:
        length, has_body = None, False
    if length is not None:
        lines.append((b"content-length", length.encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body if has_body else b""})


def _values(headers: Mapping[str, Any], wanted: str) -> Iterator[str]:
    return (str(value) for name, value in headers.items() if name.lower() == wanted)


async def _live(receive: Any, send: Any) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def _refusal(status: int, text: str) -> tuple[int, dict[str, Any], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps({"message": text}).encode()
