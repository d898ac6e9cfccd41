"""AWS and eBay as far as the benchmarks need them: every request gets, at once, the answer that was recorded for it.

    python -m benchmarks.stand_in RECORDING     prints its port, serves until its stdin closes

It is a process of its own, so that its time is nobody's. A function finds it under /<verb_noun>; the answers of one
operation are given in the order in which they were recorded, over and over.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

EBAY_PATH = "ebay"
_END_OF_HEAD = b"\r\n\r\n"


class Answers:
    """Recorded answers as bytes to send, by (function, operation)."""

    def __init__(self, recording: Path) -> None:
        self._answers: dict[tuple[str, str], Iterator[bytes]] = {}
        for function in json.loads(recording.read_text()):
            name = function["path"].split("/")[1]
            by_operation: dict[str, list[bytes]] = {}
            for exchange in function["exchanges"]:
                by_operation.setdefault(exchange["operation"], []).append(
                    _message(exchange["status"], exchange["content_type"], base64.b64decode(exchange["body"]))
                )
            for operation, messages in by_operation.items():
                self._answers[name, operation] = itertools.cycle(messages)
            for operation, text in function["vendor"]:
                self._answers[EBAY_PATH, operation] = itertools.repeat(_message(200, "text/xml", text.encode()))

    def answer(self, function: str, operation: str) -> bytes:
        recorded = self._answers.get((function, operation))
        if recorded is None:
            # Not retried by any client, and plain in whatever fails because of it.
            return _message(400, "application/json", f"nothing recorded for {function} {operation}".encode())
        return next(recorded)


class Connection(asyncio.Protocol):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (request := self._next_request()) is not None and self._transport is not None:
            self._transport.write(self._answers.answer(*request))

    def _next_request(self) -> tuple[str, str] | None:
        head, end, rest = self._received.partition(_END_OF_HEAD)
        if not end:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return None
        self._received = rest[length:]
        function = first.split(" ")[1].split("/")[1]
        operation = headers.get("x-amz-target", "").rpartition(".")[2] or headers.get("x-ebay-api-call-name", "")
        return function, operation


def _message(status: int, content_type: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\nx-amzn-RequestId: recorded\r\n\r\n"
    )
    return head.encode() + body


async def serve(recording: Path) -> None:
    answers = Answers(recording)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
