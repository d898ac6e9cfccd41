"""Limits attempts to sign in or register. They are counted before any password is hashed, so refusing one is cheap.

Nobody can lock out another person's account: attempts are refused per account and network together. Attempts at one
account from many networks only get slower answers.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from souk.shared.clock import Clock
from souk.shared.errors import TooManyRequests

WINDOW = timedelta(minutes=15)

# Beyond this many attempts at one account in a window, from all networks together, each answer takes longer.
_ATTEMPTS_AT_FULL_SPEED = 20
_SLOWER_SECONDS = 0.1
_SLOWEST_SECONDS = 2.0
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """Attempts allowed in one window: at one email from one network, and from one network in all."""

    per_account: int
    per_network: int


class Counters(Protocol):
    def count(self, what: str, whose: str, window: datetime, until: datetime) -> int:
        """Add one, atomically, to the attempts of the window that begins at `window`, and return the sum.

        The counter may be deleted after `until`.
        """
        ...


class Throttle:
    """Counts the attempts at one kind of call; `what` names it: "login", "registration"."""

    def __init__(
        self, what: str, limits: Limits, counters: Counters, clock: Clock, pause: Callable[[float], None]
    ) -> None:
        self._what = what
        self._limits = limits
        self._counters = counters
        self._clock = clock
        self._pause = pause

    def count_attempt(self, email: str, source_ip: str) -> None:
        """Count an attempt, and slow it down if there were many. Raises TooManyRequests beyond the limits."""
        network = network_of(source_ip)
        if self._count(f"network#{network}") > self._limits.per_network:
            raise self._refusal()
        if self._count(f"both#{network}#{email}") > self._limits.per_account:
            raise self._refusal()
        beyond = self._count(f"account#{email}") - _ATTEMPTS_AT_FULL_SPEED
        if beyond > 0:
            self._pause(min(beyond * _SLOWER_SECONDS, _SLOWEST_SECONDS))

    def _count(self, whose: str) -> int:
        window = _window(self._clock())
        return self._counters.count(self._what, whose, window, window + WINDOW)

    def _refusal(self) -> TooManyRequests:
        now = self._clock()
        wait = math.ceil((_window(now) + WINDOW - now).total_seconds())
        return TooManyRequests("Too many attempts. Try again later.", code="too_many_attempts", retry_after=wait)


def network_of(source_ip: str) -> str:
    """The network whose attempts are counted together: an IPv4 address, or the /64 of an IPv6 customer."""
    address = ipaddress.ip_address(source_ip)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_NETWORK_BITS), strict=False))
    return str(address)


def _window(now: datetime) -> datetime:
    length = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)
