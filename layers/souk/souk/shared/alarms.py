"""Alarms: problems that no program can solve, so that a person has to look at them."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Alarm(StrEnum):
    PAYMENT_MISMATCH = "payment_mismatch"
    """A payment of another amount, in another currency, or a second one: received, but the order is unchanged."""
    REFUND_FAILED = "refund_failed"
    """The vendor could not make a refund that we promised."""
    REFUND_UNKNOWN = "refund_unknown"
    """More of a payment was refunded than this system requested."""
    VENDOR_KEY_REFUSED = "vendor_key_refused"
    """A vendor does not accept our key: no call works until the secret has a valid one."""


class RaiseAlarm(Protocol):
    def __call__(self, alarm: Alarm, **ids: str) -> None:
        """Notify a person. `ids` say where to look; the same alarm may be raised more than once."""
        ...
