"""Reading HTTP responses of outside vendors: bounded bodies, JSON objects, Retry-After."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

_LONGEST_PAUSE = 3600


def read_bounded(
    response: httpx.Response,
    largest: int,
    too_large: Callable[[], Exception],
    check: Callable[[], object] | None = None,
) -> bytes:
    """The whole body. Raises `too_large()` above `largest` bytes; `check` is called after each chunk and may raise."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if check is not None:
            check()
        if len(body) > largest:
            raise too_large()
    return bytes(body)


def json_object(body: bytes) -> Mapping[str, Any]:
    """The JSON object in `body`; an empty one when it is anything else."""
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds to wait, an hour at most; None without the header, or when it is a date."""
    value = headers.get("Retry-After", "")
    return min(int(value), _LONGEST_PAUSE) if value.isascii() and value.isdigit() else None
