"""How often somebody may try: counted before any password is looked at, so that guessing is slow and cheap to refuse.

Nobody can be locked out by another: an account is refused only together with the network it is tried from. From many
networks together, it only answers more slowly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from souk.accounts.auth.model import network_of
from souk.shared.clock import Clock
from souk.shared.errors import TooManyRequests

WINDOW = timedelta(minutes=15)

# From this many tries at one account in a window, whatever their networks, each answer takes a little longer.
_UNHURRIED = 20
_SLOWER_SECONDS = 0.1
_SLOWEST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Attempts in one window: at one email from one network, and from one network at all."""

    per_account: int
    per_network: int


class Counters(Protocol):
    def count(self, what: str, whose: str, window: datetime, until: datetime) -> int:
        """Count one more, atomically, and answer how many there are in the window that begins at `window`."""
        ...


class Throttle:
    """Counts attempts at one thing, named by `what`."""

    def __init__(
        self, what: str, limits: Limits, counters: Counters, clock: Clock, pause: Callable[[float], None]
    ) -> None:
        self._what = what
        self._limits = limits
        self._counters = counters
        self._clock = clock
        self._pause = pause

    def admit(self, email: str, source_ip: str) -> None:
        """Count an attempt. Raises TooManyRequests beyond the limits."""
        network = network_of(source_ip)
        if self._count(f"network#{network}") > self._limits.per_network:
            raise self._refusal()
        if self._count(f"both#{network}#{email}") > self._limits.per_account:
            raise self._refusal()
        beyond = self._count(f"account#{email}") - _UNHURRIED
        if beyond > 0:
            self._pause(min(beyond * _SLOWER_SECONDS, _SLOWEST_SECONDS))

    def _count(self, whose: str) -> int:
        window = _window(self._clock())
        return self._counters.count(self._what, whose, window, window + WINDOW)

    def _refusal(self) -> TooManyRequests:
        now = self._clock()
        wait = math.ceil((_window(now) + WINDOW - now).total_seconds())
        return TooManyRequests("Too many attempts. Try again later.", code="too_many_attempts", retry_after=wait)


def _window(now: datetime) -> datetime:
    length = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)
