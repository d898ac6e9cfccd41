"""What no program can put right: a person has to look at it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Alarm(StrEnum):
    PAYMENT_MISMATCH = "payment_mismatch"
    """A payment of another amount, in another currency or a second time: it changes nothing, and the money is there."""
    REFUND_FAILED = "refund_failed"
    """The vendor could not give money back that was promised."""
    REFUND_UNKNOWN = "refund_unknown"
    """More of a payment went back than this system ever asked for."""
    VENDOR_KEY_REFUSED = "vendor_key_refused"
    """A vendor does not accept our key: nothing works there until another is filled in."""


class RaiseAlarm(Protocol):
    def __call__(self, alarm: Alarm, **ids: str) -> None:
        """Call for a person. `ids` say where to look; the same alarm may be raised more than once."""
        ...
