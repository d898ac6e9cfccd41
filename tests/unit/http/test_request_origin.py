"""The address of the API as its client called it: what absolute addresses in answers begin with."""

from __future__ import annotations

from typing import Any

import pytest

from souk.http.messages import from_event
from tests.unit.http.http_events import an_event


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"host": "souk.example", "x-forwarded-proto": "https"}, "https://souk.example"),
        ({"host": "localhost:8080"}, "http://localhost:8080"),
        ({}, "http://localhost"),
    ],
    ids=["on AWS", "on this machine", "without a host"],
)
def test_an_origin_is_what_the_client_called(headers: dict[str, str], origin: str) -> None:
    event: dict[str, Any] = {**an_event(), "headers": headers}
    assert from_event(event).origin == origin
