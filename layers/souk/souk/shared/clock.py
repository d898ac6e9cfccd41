"""The time and new ids, as things that are handed in: nobody else reads a clock or draws randomness.

Nothing is read at import.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], datetime]
type NewId = Callable[[], str]


def utc_now() -> datetime:
    """The current time, aware, in UTC, as exact as it is written: what is answered now is what is read later."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def new_id() -> str:
    """A UUIDv7 as text: unique, and ordered by its time of making."""
    import uuid_utils

    return str(uuid_utils.uuid7())


def to_wire(moment: datetime) -> str:
    """ISO-8601 in UTC with milliseconds and `Z`: sorts as text in order of time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_wire(text: str) -> datetime:
    """The reverse of `to_wire`. Raises ValueError."""
    return datetime.fromisoformat(text)
