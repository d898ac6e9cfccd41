"""What sellers do with their part of an order."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import orders, settlement

if TYPE_CHECKING:
    from souk.storefront.orders.service.fulfilment import Fulfilling


@cache
def fulfilling() -> Fulfilling:
    from souk.storefront.orders.service.fulfilment import Fulfilling

    return Fulfilling(orders.sales(), settlement.settlement().cancel_fulfilment)
