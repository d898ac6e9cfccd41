"""Cursors that somebody else wrote, files that are none, and waiting that ends."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from souk.http.messages import Request, from_event
from souk.http.pagination import from_cursor, next_link, to_cursor
from souk.http.uploads import MOST_BYTES, FilesForm, is_multipart, read_files
from souk.http.waiting import wait_until
from souk.shared.errors import InvalidRequest, PayloadTooLarge
from tests.harness.journey import BOUNDARY, multipart
from tests.unit.http.http_events import an_event

FILES = FilesForm("file")


def _written(key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def test_a_cursor_comes_back_as_it_went() -> None:
    assert from_cursor(to_cursor({"id": "ä/b"}), "id") == {"id": "ä/b"}
    assert from_cursor(None, "id") is None
    assert from_cursor("", "id") is None
    assert to_cursor(None) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "%%%",
        "é",
        "YQ",
        _written([]),
        _written("id"),
        _written({}),
        _written({"id": 7}),
        _written({"id": None}),
        _written({"id": "a", "pk": "USER#other"}),
        _written({"pk": "USER#other"}),
        _written({"id": "\ud800"}),
        _written({"id": "a\0b"}),
        base64.urlsafe_b64encode(b"[" * 700).decode(),
    ],
)
def test_a_cursor_that_this_list_did_not_give_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        from_cursor(cursor, "id")
    assert [problem.field for problem in refusal.value.problems] == ["cursor"]


def test_the_next_page_keeps_the_rest_of_the_query() -> None:
    request = from_event(an_event(query={"status": "draft", "cursor": "old"}))
    assert next_link(request, "new") == {"Link": '</things/7?status=draft&cursor=new>; rel="next"'}
    assert next_link(request, None) == {}


def _upload(body: bytes, content_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> Request:
    return from_event(an_event(body=body, headers={"content-type": content_type}))


def test_files_come_with_their_type_and_all_their_bytes() -> None:
    big = bytes(range(256)) * 4096
    body = multipart(("file", "a.jpg", "image/jpeg", big), ("file", "b.jpg", "IMAGE/JPEG", b"\r\n--x"))
    assert read_files(_upload(body), FILES) == [("image/jpeg", big), ("image/jpeg", b"\r\n--x")]


def test_other_parts_are_left_alone() -> None:
    body = multipart(("note", "n.txt", "text/plain", b"hello"), ("file", "a.jpg", "image/jpeg", b"x"))
    assert read_files(_upload(body), FILES) == [("image/jpeg", b"x")]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", f"multipart/form-data; boundary={BOUNDARY}"),
        (b"--other\r\n\r\nx\r\n--other--\r\n", f"multipart/form-data; boundary={BOUNDARY}"),
        (multipart(("file", "a.jpg", "image/jpeg", b"x")), "multipart/form-data"),
        (multipart(("note", "a.jpg", "image/jpeg", b"x")), f"multipart/form-data; boundary={BOUNDARY}"),
        (b"--" + BOUNDARY.encode() + b"\r\nbroken", f"multipart/form-data; boundary={BOUNDARY}"),
        (multipart(("file", "a.jpg", "image/jpeg", b"x"))[:-30], f"multipart/form-data; boundary={BOUNDARY}"),
    ],
    ids=["empty", "another boundary", "no boundary", "another field", "broken header", "cut off"],
)
def test_a_body_without_whole_files_is_a_400(body: bytes, content_type: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_files(_upload(body, content_type), FILES)
    [problem] = refusal.value.problems
    assert (problem.field, problem.code) in {("body", "wrong_format"), ("file", "required")}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("image/svg+xml", "image/svg+xml"),
        ("image/jpg; charset=binary", "image/jpg; charset=binary"),
        ("", "application/octet-stream"),
        ("image/\u00efpeg", "application/octet-stream"),
        ("image/" + "x" * 130, "application/octet-stream"),
    ],
)
def test_a_file_of_any_type_is_read(given: str, expected: str) -> None:
    assert read_files(_upload(multipart(("file", "a.jpg", given, b"x"))), FILES) == [(expected, b"x")]


def test_a_file_without_a_type_is_read() -> None:
    body = multipart(("file", "a.jpg", "image/jpeg", b"x")).replace(b"Content-Type: image/jpeg\r\n", b"")
    assert read_files(_upload(body), FILES) == [("application/octet-stream", b"x")]


def test_more_than_four_megabytes_are_a_413() -> None:
    body = multipart(("file", "a.jpg", "image/jpeg", b"x" * MOST_BYTES))
    with pytest.raises(PayloadTooLarge, match=r'Announce .* send \{"files": \[\{"size": BYTES\}\]\} as JSON'):
        read_files(_upload(body), FILES)


@pytest.mark.parametrize("spelling", ["boundary={}", 'Boundary="{}"', "charset=utf-8; boundary={} "])
def test_what_lasts_of_a_body_is_the_same_under_another_boundary(spelling: str) -> None:
    def lasting(boundary: str, content: bytes) -> bytes:
        body = multipart(("file", "a.jpg", "image/jpeg", content)).replace(BOUNDARY.encode(), boundary.encode())
        return _upload(body, f"multipart/form-data; {spelling.format(boundary)}").lasting_body

    first = lasting("----first-7c1f", b"--x\r\n")
    assert lasting("second", b"--x\r\n") == first
    assert lasting("second", b"--y\r\n") != first


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"--x", "application/json"), (b"--None", "multipart/form-data"), (b"", "multipart/")]
)
def test_all_of_any_other_body_lasts(body: bytes, content_type: str) -> None:
    assert _upload(body, content_type).lasting_body == body


def test_multipart_is_known_by_its_type() -> None:
    assert is_multipart(_upload(b"", "Multipart/Form-Data; boundary=x"))
    assert not is_multipart(_upload(b"", "application/json"))


class _Time:
    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 3))
        self.now += seconds


def _wait(seconds: int, settled_after: int) -> tuple[int, list[float]]:
    time, readings = _Time(), iter(range(1000))
    last = wait_until(
        seconds, lambda: next(readings), lambda n: n >= settled_after, pause=time.pause, monotonic=lambda: time.now
    )
    return last, time.pauses


def test_waiting_ends_with_the_outcome_and_looks_less_and_less_often() -> None:
    assert _wait(25, 5) == (5, [0.2, 0.4, 0.8, 1.0, 1.0])


def test_waiting_ends_with_its_time_and_the_last_reading() -> None:
    last, pauses = _wait(2, 1000)
    assert sum(pauses) == pytest.approx(2)
    assert last == len(pauses)


def test_no_time_is_one_reading() -> None:
    assert _wait(0, 1000) == (0, [])
