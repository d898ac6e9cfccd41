"""What a buyer orders, and where it is shipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from souk.accounts.addresses.model import PostalAddress

MOST_LINES: Final = 20
MOST_SELLERS: Final = 10
MOST_UNITS: Final = 999
"""Of one product."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """(product id, quantity) pairs, to one of the buyer's addresses; `address_id` None: to the default address."""

    items: tuple[tuple[str, int], ...]
    address_id: str | None = None


class ShipTo(PostalAddress):
    """The address of an order as it was when the order was placed."""

    __slots__ = ()
