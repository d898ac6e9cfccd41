"""How phone numbers are written, country by country."""

from __future__ import annotations

from typing import Protocol


class PhonePlans(Protocol):
    def e164(self, typed: str, country: str | None) -> str | None:
        """`typed`, where it is dialled in `country`, in the form of E.164; None when no plan knows it."""
        ...
