"""One HTTP request to eBay, bounded in time and size. Failures become our errors.

A request carries a seller's token, so redirects are not followed and nothing is logged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from souk.selling.marketplaces.adapters.ebay.replies import VENDOR
from souk.shared.clock import Clock
from souk.shared.errors import VendorFailed, VendorThrottled
from souk.shared.vendor_responses import read_bounded, retry_after

if TYPE_CHECKING:
    from httpx._types import RequestFiles

_LARGEST_ANSWER = 4 * 1024 * 1024


class Deadline:
    """The time by which all requests of one use case have to be done."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end: datetime = clock() + timedelta(seconds=seconds)

    def left(self, what: str, at_most: float) -> float:
        """Seconds left for `what`, at most `at_most`. Raises VendorFailed when the time is up."""
        seconds = (self._end - self._clock()).total_seconds()
        if seconds <= 0:
            raise VendorFailed(VENDOR, f"eBay took too long; {what} was not finished.")
        return min(seconds, at_most)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    client: httpx.Client,
    deadline: Deadline,
    what: str,
    url: str,
    *,
    seconds: float,
    headers: Mapping[str, str],
    content: bytes | None = None,
    files: RequestFiles | None = None,
    form: Mapping[str, str] | None = None,
) -> Answer:
    """POST once and read the whole answer; `what` names the call in errors.

    Raises VendorThrottled (429) and VendorFailed (5xx, a redirect, no answer, or one that is too long). After
    VendorFailed it is unknown whether the request took effect.
    """
    timeout = httpx.Timeout(deadline.left(what, seconds), connect=deadline.left(what, 5.0))
    try:
        with client.stream(
            "POST",
            url,
            headers=dict(headers),
            content=content,
            files=files,
            data=form,
            timeout=timeout,
            follow_redirects=False,
        ) as response:
            body = _read(response, deadline, what)
    except httpx.TimeoutException as cause:
        raise VendorFailed(VENDOR, f"eBay did not answer {what} in time.") from cause
    except httpx.RequestError as cause:
        raise VendorFailed(VENDOR, f"The connection to eBay broke during {what}.") from cause
    return _checked(Answer(response.status_code, response.headers, body), what)


def _read(response: httpx.Response, deadline: Deadline, what: str) -> bytes:
    def too_large() -> VendorFailed:
        return VendorFailed(VENDOR, f"eBay's answer to {what} is longer than any answer should be.")

    return read_bounded(response, _LARGEST_ANSWER, too_large, lambda: deadline.left(what, 0))


def _checked(answer: Answer, what: str) -> Answer:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        detail = f"eBay asked to slow down at {what}."
        raise VendorThrottled(VENDOR, detail, retry_after=retry_after(answer.headers))
    if answer.status >= 500 or 300 <= answer.status < 400:
        raise VendorFailed(VENDOR, f"eBay answered {what} with HTTP status {answer.status}.")
    return answer
