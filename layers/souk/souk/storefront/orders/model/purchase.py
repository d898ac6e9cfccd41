"""What a buyer orders, and where it is shipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_LINES: Final = 20
MOST_SELLERS: Final = 10
MOST_UNITS: Final = 999
"""Of one product."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """(product id, quantity) pairs, to one of the buyer's addresses; `address_id` None: to the default address."""

    items: tuple[tuple[str, int], ...]
    address_id: str | None = None


@dataclass(frozen=True, slots=True)
class ShipTo:
    """The address of an order as it was when the order was placed. `country` is ISO 3166-1 alpha-2."""

    full_name: str
    line1: str
    line2: str | None
    city: str
    state: str | None
    postal_code: str | None
    country: str
    phone: str | None
