"""Alarms: problems that only a person can solve."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Alarm(StrEnum):
    PAYMENT_MISMATCH = "payment_mismatch"
    """A payment with the wrong amount or currency, or a second payment. The order is unchanged; the money was taken."""
    PAYMENT_UNMATCHED = "payment_unmatched"
    """A payment for an order that does not exist. It is refunded if its page says that this installation opened it."""
    REFUND_FAILED = "refund_failed"
    """The vendor could not carry out a refund that the buyer was promised."""
    REFUND_UNKNOWN = "refund_unknown"
    """More of a payment was refunded than this system asked for."""
    VENDOR_KEY_REFUSED = "vendor_key_refused"
    """A vendor rejects our key: no call to it succeeds until the key is replaced."""


class RaiseAlarm(Protocol):
    def __call__(self, alarm: Alarm, **ids: str) -> None:
        """Alert a person. `ids` name the entities concerned. The same alarm may be raised more than once."""
        ...
