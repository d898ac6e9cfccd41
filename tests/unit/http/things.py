"""Endpoints that tests declare for themselves, and what their handlers see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.http.fields import Wire
from tests.unit.http.http_events import answer_of

type Handler = Callable[[Any, Any], dict[str, Any]]


class Thing(Wire):
    name: str
    size: Annotated[int, Field(gt=0)]


class Filter(Wire):
    limit: Annotated[int, Field(le=100)] = 20


def an_endpoint(act: Callable[[Request], Any] = lambda _request: None, **declared: Any) -> Handler:
    return endpoint("POST /things/{id}", **{"roles": SIGNED_IN, **declared})(act)


def seen_by(event: Any, **declared: Any) -> Request:
    """The request as a handler sees it."""
    seen: list[Request] = []
    status, _, body = answer_of(an_endpoint(seen.append, **declared), event)
    assert status == 200, body
    return seen[0]
