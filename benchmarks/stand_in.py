"""AWS, eBay and Stripe as far as the benchmarks need them: every request gets, at once, its recorded answer.

    python -m benchmarks.stand_in RECORDING     prints its port, serves until its stdin closes

It is a process of its own, so that its time is nobody's. A handler finds it under /<slot>, and vendors under
/<slot>/<vendor>. A slot is the name of a recorded function, or `<any text>.<name>` for handlers that run at the same
time; in each, the answers of one operation come in the order in which they were recorded, over and over. Where a
handler made an id of its own, later answers have that id in place of the recorded one.
/<slot>/_asked answers what was asked there since the last time.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final, NamedTuple

_END_OF_HEAD = b"\r\n\r\n"
_ASKED = "GET _asked"
_ID: Final = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
"""UUIDv7: ids of the same length, so that an answer keeps its own."""


class Answers:
    """Recorded answers as bytes to send, by slot and target: an operation's name, or a method and a path."""

    def __init__(self, recording: Path) -> None:
        self._recorded: dict[tuple[str, str], list[_Exchange]] = {}
        self._exchanges: dict[tuple[str, str], Iterator[_Exchange]] = {}
        self._new_ids: defaultdict[str, dict[bytes, bytes]] = defaultdict(dict)
        self._asked: defaultdict[str, list[str]] = defaultdict(list)
        for function in json.loads(recording.read_text()):
            for exchange in [*function["exchanges"], *function["vendor"]]:
                body = base64.b64decode(exchange["body"])
                recorded = _Exchange(
                    _ID.findall(exchange.get("request", "").encode()),
                    _message(exchange["status"], exchange["answer_headers"], body),
                )
                self._recorded.setdefault((function["path"], exchange["target"]), []).append(recorded)

    def answer(self, slot: str, target: str, body: bytes) -> bytes:
        if target == _ASKED:
            return _message(200, {"content-type": "application/json"}, json.dumps(self._asked.pop(slot, [])).encode())
        self._asked[slot].append(target)
        recorded = self._recorded.get((slot.rpartition(".")[2], target))
        if recorded is None:
            # No client retries this, and the handler's failure shows it.
            content = f"nothing recorded for {slot} {target}".encode()
            return _message(400, {"content-type": "application/json"}, content)
        if (slot, target) not in self._exchanges:
            self._exchanges[slot, target] = itertools.cycle(recorded)
        exchange = next(self._exchanges[slot, target])
        asked = _ID.findall(body)
        if len(asked) == len(exchange.ids):
            self._new_ids[slot] |= {old: new for old, new in zip(exchange.ids, asked, strict=True) if old != new}
        answer = exchange.answer
        for old, new in self._new_ids[slot].items():
            answer = answer.replace(old, new)
        return answer


class _Exchange(NamedTuple):
    ids: list[bytes]
    """In the recorded request, in their order."""
    answer: bytes


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

    def _next_request(self) -> tuple[str, str, bytes] | None:
        head, end, rest = self._received.partition(_END_OF_HEAD)
        if not end:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return None
        body, self._received = rest[:length], rest[length:]
        method, address, _ = first.split(" ")
        slot, _, path = address.partition("?")[0].lstrip("/").partition("/")
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        return slot, operation or f"{method} {path}", body


def _message(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    sent = {"content-length": str(len(body)), "x-amzn-requestid": "recorded", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n".encode() + body


async def serve(recording: Path) -> None:
    answers = Answers(recording)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
