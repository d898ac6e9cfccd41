"""A shop that is suspended: nobody can pay any more for what it has not been paid for yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from souk.shared.clock import Clock
from souk.storefront.orders.model import LONGEST_HOLD, PaymentStatus
from souk.storefront.orders.repository import OrderRepository

_LONGEST_UNPAID: Final = 2 * LONGEST_HOLD
"""An order older than this is settled: a hold begins again once at most."""
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class SuspendedShops:
    """Ends the holds of unpaid orders; the sweep then expires their sessions and returns their units.

    No vendor is called here, since a stream waits. A payment that is faster is refunded by the settlement.
    """

    orders: OrderRepository
    clock: Clock

    def end_holds(self, seller_ids: Iterable[str]) -> None:
        """Of every unpaid order with something of one of the sellers, also if others sell in it. May be repeated."""
        for seller_id in seller_ids:
            self._end_holds_of(seller_id)

    def _end_holds_of(self, seller_id: str) -> None:
        now, after = self.clock(), None
        while True:
            sales, after = self.orders.list_sales(seller_id, limit=_PAGE, after=after)
            for sale in sales:
                if sale.created_at < now - _LONGEST_UNPAID:
                    return
                if sale.payment is PaymentStatus.AWAITING:
                    self.orders.change(sale.buyer_id, sale.order_id, now, lambda order: order.end_hold(now))
            if after is None:
                return
