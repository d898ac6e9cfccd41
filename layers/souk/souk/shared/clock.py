"""The clock and new ids. They are passed to services, which read no clock and no randomness themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], datetime]
type NewId = Callable[[], str]


def utc_now() -> datetime:
    """The current time in UTC, cut to milliseconds, so that it is the same after it was stored and read."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def new_id() -> str:
    """A UUIDv7 as text: unique, and sorted by time of creation."""
    import uuid_utils

    return str(uuid_utils.uuid7())


def to_wire(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`. Such texts sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_wire(text: str) -> datetime:
    """The reverse of `to_wire`. Raises ValueError."""
    return datetime.fromisoformat(text)
