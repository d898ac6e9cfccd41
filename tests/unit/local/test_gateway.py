"""The gateway's own deeds: limits, headers, and what it answers when the emulator fails."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest

from local.gateway import BODY_LIMIT, IN_FLIGHT, Gateway

SHOP = "http://localhost:5173"

type Answer = tuple[int, dict[str, Any], bytes]


def _cors(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin} if origin == SHOP else {}


class Client:
    """One request to the gateway and what came back."""

    def __init__(self, execute: Any, *, is_late: bool = False) -> None:
        self.gateway = Gateway("api", execute, lambda path: path, lambda: None, _cors, lambda: is_late)

    async def ask(
        self,
        method: str = "GET",
        headers: tuple[tuple[bytes, bytes], ...] = (),
        body: tuple[bytes, ...] = (b"",),
        path: str = "/p",
    ) -> Answer:
        sent: list[dict[str, Any]] = []
        chunks = list(body)

        async def receive() -> dict[str, Any]:
            if not chunks:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
        }
        await self.gateway(scope, receive, send)
        start, content = sent
        return start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, content["body"]


async def _echo(
    api: str, stage: str, path: str, method: str, headers: Any, body: bytes, query: Any, **_: Any
) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps({"headers": headers, "size": len(body)}).encode()


def test_repeated_headers_are_joined_and_cookies_by_semicolons() -> None:
    headers = ((b"X-A", b"1"), (b"x-a", b"2"), (b"Cookie", b"a=1"), (b"cookie", b"b=2"))
    _, _, body = asyncio.run(Client(_echo).ask(headers=headers))
    assert json.loads(body)["headers"] == {"x-a": "1,2", "cookie": "a=1; b=2"}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (((b"content-length", str(BODY_LIMIT + 1).encode()),), (b"",)),
        ((), (b"x" * BODY_LIMIT, b"x")),
    ],
)
def test_a_body_over_the_limit_is_413_whether_declared_or_not(headers: Any, body: Any) -> None:
    status, _, content = asyncio.run(Client(_echo).ask("POST", headers, body))
    assert (status, json.loads(content)) == (413, {"message": "Request Entity Too Large"})


@pytest.mark.parametrize(
    ("headers", "failing", "status"),
    [((), False, 401), (((b"content-length", str(BODY_LIMIT + 1).encode()),), False, 413), ((), True, 500)],
)
@pytest.mark.parametrize(("origin", "shown"), [(SHOP, SHOP), ("https://elsewhere.example", None)])
def test_a_refusal_of_the_gateway_can_be_read_by_the_page_that_asked(
    headers: Any, failing: bool, status: int, origin: str, shown: str | None
) -> None:
    async def refuse(*_: Any, **__: Any) -> Answer:
        if failing:
            raise RuntimeError
        return 401, {"Content-Type": "application/json"}, b'{"message":"Unauthorized"}'

    answer = asyncio.run(Client(refuse).ask("POST", (*headers, (b"origin", origin.encode()))))
    assert (answer[0], answer[1].get("access-control-allow-origin")) == (status, shown)


@pytest.mark.parametrize("content", [b"{}", b""], ids=["the emulator's own", "a function's"])
def test_head_is_answered_with_the_length_that_get_has_and_no_body(content: bytes) -> None:
    async def answer(*_: Any, **__: Any) -> Answer:
        return 200, {"Content-Length": "2", "ETag": '"1"'}, content

    status, headers, body = asyncio.run(Client(answer).ask("HEAD"))
    assert (status, headers, body) == (200, {"etag": '"1"', "content-length": "2"}, b"")


def test_a_body_at_the_limit_passes() -> None:
    _, _, content = asyncio.run(Client(_echo).ask("POST", (), (b"x" * BODY_LIMIT,)))
    assert json.loads(content)["size"] == BODY_LIMIT


def test_a_failure_inside_is_a_bare_500() -> None:
    async def fail(*_: Any, **__: Any) -> Answer:
        raise RuntimeError("inner words")

    status, _, content = asyncio.run(Client(fail).ask())
    assert (status, json.loads(content)) == (500, {"message": "Internal Server Error"})


def test_every_cookie_is_a_header_of_its_own() -> None:
    async def cookies(*_: Any, **__: Any) -> Answer:
        return 204, {"Set-Cookie": ["a=1", "b=2"], "Content-Length": "7"}, b""

    status, headers, content = asyncio.run(Client(cookies).ask())
    assert (status, content, "content-length" in headers) == (204, b"", False)


def test_no_more_than_the_bound_run_at_once_and_the_rest_wait() -> None:
    running, most = 0, 0

    async def slow(*_: Any, **__: Any) -> Answer:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _turn in range(5):
            await asyncio.sleep(0)
        running -= 1
        return 200, {}, b""

    async def rush() -> list[Answer]:
        client = Client(slow)
        return await asyncio.gather(*(client.ask() for _ in range(3 * IN_FLIGHT)))

    answers = asyncio.run(rush())
    assert {status for status, _, _ in answers} == {200}
    assert most == IN_FLIGHT


@pytest.mark.parametrize(("is_late", "path", "expected"), [
    (True, "/api/v1/healthz", 503), (False, "/api/v1/healthz", 200), (True, "/api/v1/products", 200),
    (True, "/api/v1/products/healthz", 200),
])  # fmt: skip
def test_the_health_check_fails_while_what_was_written_is_not_saved(is_late: bool, path: str, expected: int) -> None:
    status, headers, content = asyncio.run(Client(_echo, is_late=is_late).ask(path=path))
    assert status == expected
    if expected == 503:
        assert headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail"} <= set(json.loads(content))
        assert uuid.UUID(json.loads(content)["request_id"])
        assert "not saved" in json.loads(content)["detail"]
