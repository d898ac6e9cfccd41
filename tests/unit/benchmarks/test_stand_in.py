"""The stand-in gives what was recorded, in order, by operation or by method and path."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.stand_in import Answers, Connection

OLD, NEW, KEPT = (f"01a22612-f407-7{number}c-99a4-2512a61a6f56" for number in ("00", "11", "22"))


def exchange(target: str, body: str, request: str = "", **headers: str) -> dict[str, Any]:
    return {
        "target": target,
        "request": request,
        "status": 200,
        "answer_headers": {"content-type": "text/plain", **headers},
        "body": base64.b64encode(body.encode()).decode(),
    }


@pytest.fixture
def answers(tmp_path: Path) -> Answers:
    recording = tmp_path / "recording.json"
    record = {
        "path": "place_order",
        "exchanges": [
            exchange("GetItem", "first"),
            exchange("GetItem", "second"),
            exchange("GET b/index/m", "s3"),
            exchange("PutItem", "{}", f"{{'id': '{OLD}', 'of': '{KEPT}'}}"),
            exchange("Query", f"{OLD} of {KEPT}"),
        ],
        "vendor": [exchange("POST stripe/v1/refunds", "refund")],
    }
    recording.write_text(json.dumps([record]))
    return Answers(recording)


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def write(self, data: Any) -> None:
        self.sent.append(bytes(data))


def asked(answers: Answers, *pieces: str) -> list[tuple[int, str]]:
    """(status, body) of each answer to what comes in these pieces."""
    wire, connection = Wire(), Connection(answers)
    connection.connection_made(wire)
    for piece in pieces:
        connection.data_received(piece.replace("\n", "\r\n").encode())
    parts = [sent.decode().split("\r\n\r\n", 1) for sent in wire.sent]
    return [(int(head.split(" ")[1]), body) for head, body in parts]


def test_answers_of_an_operation_come_in_order_over_and_over(answers: Answers) -> None:
    request = "POST /place_order/ HTTP/1.1\nX-Amz-Target: DynamoDB_20120810.GetItem\nContent-Length: 2\n\n{}"
    assert [body for _, body in asked(answers, request, request, request)] == ["first", "second", "first"]


def test_what_names_no_operation_is_known_by_its_path(answers: Answers) -> None:
    s3 = "GET /place_order/b/index/m?x-id=GetObject HTTP/1.1\n\n"
    stripe = "POST /place_order/stripe/v1/refunds HTTP/1.1\nContent-Length: 8\n\namount=1"
    assert asked(answers, s3, stripe) == [(200, "s3"), (200, "refund")]


def test_a_request_may_come_in_pieces(answers: Answers) -> None:
    begun, rest = "POST /place_order/stripe/v1/refunds HTTP/1.1\nContent-Length: 8\n\nam", "ount=1"
    assert asked(answers, begun) == []
    assert asked(answers, begun, rest) == [(200, "refund")]


def test_each_slot_begins_with_the_first_answer_and_knows_what_was_asked_there(answers: Answers) -> None:
    first, second = (
        f"POST /{slot}.place_order/ HTTP/1.1\nX-Amz-Target: DynamoDB_20120810.GetItem\nContent-Length: 2\n\n{{}}"
        for slot in ("a", "b")
    )
    assert [body for _, body in asked(answers, first, second, first)] == ["first", "first", "second"]
    question = "GET /a.place_order/_asked HTTP/1.1\n\n"
    assert asked(answers, question, question) == [(200, '["GetItem", "GetItem"]'), (200, "[]")]


def test_what_was_not_recorded_is_refused(answers: Answers) -> None:
    [(status, body)] = asked(answers, "GET /place_order/b/other HTTP/1.1\n\n")
    assert (status, "b/other" in body) == (400, True)


def test_a_newly_made_id_replaces_the_recorded_one_in_later_answers_of_its_slot(answers: Answers) -> None:
    def call(slot: str, operation: str, body: str = "{}") -> str:
        head = f"POST /{slot}.place_order/ HTTP/1.1\nX-Amz-Target: DynamoDB_20120810.{operation}\n"
        return f"{head}Content-Length: {len(body)}\n\n{body}"

    item = f'{{"id": "{NEW}", "of": "{KEPT}"}}'
    calls = (call("a", "PutItem", item), call("a", "Query"), call("b", "Query"))
    assert [body for _, body in asked(answers, *calls)] == ["{}", f"{NEW} of {KEPT}", f"{OLD} of {KEPT}"]
