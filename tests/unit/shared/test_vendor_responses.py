"""Responses of vendors are read up to a limit, and a malformed one does no harm."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.shared.vendor_responses import json_object, read_bounded, retry_after


class TooLarge(Exception):
    pass


@given(st.binary(max_size=64))
def test_a_body_is_read_up_to_the_limit_and_refused_above_it(content: bytes) -> None:
    assert read_bounded(httpx.Response(200, content=content), len(content), TooLarge) == content
    if content:
        with pytest.raises(TooLarge):
            read_bounded(httpx.Response(200, content=content), len(content) - 1, TooLarge)


def test_the_check_is_called_for_every_chunk() -> None:
    checked: list[int] = []
    pieces = [b"ab", b"c"]
    body = read_bounded(httpx.Response(200, content=iter(pieces)), 9, TooLarge, lambda: checked.append(1))
    assert (body, len(checked)) == (b"abc", 2)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"<html>", b"\xff", b'{"a":'])
def test_anything_but_a_json_object_is_read_as_an_empty_one(body: bytes) -> None:
    assert json_object(body) == {}


def test_a_json_object_is_read() -> None:
    assert json_object(b'{"a": [1]}') == {"a": [1]}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("2", 2), ("999999999", 3600), ("Sat, 21 Nov 2026 12:00:00 GMT", None), ("", None), ("-1", None), ("٣", None)],
)
def test_retry_after_is_read_in_seconds_and_capped_at_an_hour(value: str, seconds: int | None) -> None:
    assert retry_after({"Retry-After": value}) == seconds
    assert retry_after({}) is None
