"""What a buyer asks for, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_LINES: Final = 20
MOST_SELLERS: Final = 10
MOST_UNITS: Final = 999
"""Of one product."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a buyer asks for: (product id, quantity) each, to one of his addresses, or to the default one."""

    items: tuple[tuple[str, int], ...]
    address_id: str | None = None


@dataclass(frozen=True, slots=True)
class ShipTo:
    """Where an order goes, as the address was when it was placed. `country` is ISO 3166-1 alpha-2."""

    full_name: str
    line1: str
    line2: str | None
    city: str
    state: str | None
    postal_code: str | None
    country: str
    phone: str | None
