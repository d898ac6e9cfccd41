"""Calls to a service that is killed now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

import httpx

_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_PAUSE: Final = 0.5
NEVER: Final = threading.Event()


class GaveUp(Exception):
    """There was no answer until the drill was over."""


def patiently(call: Callable[[], httpx.Response], until: float, over: threading.Event = NEVER) -> httpx.Response:
    """The first answer that is not about the service itself. Raises GaveUp at `until` (time.monotonic), and when the
    drill is `over`.
    """
    while True:
        try:
            answer = call()
        except httpx.TransportError as error:
            what = type(error).__name__
        else:
            if answer.status_code not in _AGAIN:
                return answer
            what = f"{answer.status_code} {answer.text[:200]}"
        if over.wait(_PAUSE) or time.monotonic() > until:
            raise GaveUp(what)
