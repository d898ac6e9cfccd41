"""`Prefer: wait=N`: hold a call until its outcome is known or the time is up. Unclear is never an error."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from souk.http.messages import Request, Response

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 1.0


def wait_until[T](
    seconds: int,
    read: Callable[[], T],
    settled: Callable[[T], bool],
    *,
    pause: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> T:
    """Read until `settled` or `seconds` are over; answers the last reading. Pauses double from 0.2 s to 1 s."""
    end = monotonic() + seconds
    length = _FIRST_PAUSE
    reading = read()
    while not settled(reading):
        left = end - monotonic()
        if left <= 0:
            return reading
        pause(min(length, left))
        length = min(length * 2, _LONGEST_PAUSE)
        reading = read()
    return reading


def applied(request: Request, response: Response) -> Response:
    """Say that the wait was honoured (RFC 7240)."""
    if request.wait_seconds is None:
        return response
    preference = {"Preference-Applied": f"wait={request.wait_seconds}"}
    return replace(response, headers={**response.headers, **preference})
