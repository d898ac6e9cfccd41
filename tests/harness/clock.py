"""Virtual time, which passes only when a test advances it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class VirtualClock:
    """Calling it returns the time, as souk.shared.clock.utc_now does. It starts on a fixed day."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span
