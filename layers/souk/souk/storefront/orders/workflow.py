"""From a change of an order to its workflow, and the sweep that settles whatever no workflow and no event has settled.

The dispatcher reads the table's stream, so there is never a second write after a commit; and it can do it all again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from souk.shared.clock import Clock
from souk.shared.errors import VendorRefused
from souk.shared.sweeping import Workflows, is_due, settle_each
from souk.storefront.orders.model import Order, Refund
from souk.storefront.orders.repository import OrderRepository
from souk.storefront.orders.service.refunds import Refunds
from souk.storefront.orders.service.settlement import Settlement


@dataclass(frozen=True, slots=True)
class Change:
    """One record of the stream: the order before (None: it is new) and after. No order is ever removed."""

    before: Order | None
    after: Order


class Dispatcher:
    def __init__(self, workflows: Workflows, orders: OrderRepository, clock: Clock) -> None:
        self._workflows = workflows
        self._orders = orders
        self._clock = clock

    def dispatch(self, change: Change) -> None:
        """Raises whatever the workflow service raises: the stream then brings the record again."""
        before, after = change.before, change.after
        begins = after.is_pending and (before is None or after.run > before.run)
        released = before.wait if before else None
        if released is not None and after.wait != released:
            resumed = self._workflows.resume(released)
            if not resumed and not begins and after.is_pending and after.wait is None:
                self._begin_again(after)
        if begins:
            self._workflows.start(execution_name(after), execution_input(after))

    def _begin_again(self, seen: Order) -> None:
        """Its workflow has vanished: a new run, which this very stream will bring back here."""
        self._orders.change(
            seen.buyer_id,
            seen.id,
            self._clock(),
            lambda order: order.restart() if order.run == seen.run and order.wait is None else order,
        )


class Sweeper:
    """The guarantee behind the fast path.

    `open_page` opens the payment's page of a pending order that has none, under the key of the attempt that it knows.
    """

    def __init__(
        self,
        orders: OrderRepository,
        settlement: Settlement,
        refunds: Refunds,
        open_page: Callable[[Order], Order],
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._settlement = settlement
        self._refunds = refunds
        self._open_page = open_page
        self._clock = clock

    def sweep(self, *, everything: bool) -> int:
        """Settle what is overdue, or whatever is unfinished when `everything`; answers how many were touched."""
        now = self._clock()

        def settle(seen: Order) -> bool:
            order = self._orders.find(seen.buyer_id, seen.id)
            if order is None or not is_due(order.due_at, now, everything=everything):
                return False
            try:
                self._settle(order, now, everything=everything)
            finally:
                # Whatever the vendor did, and also when it did nothing.
                self._orders.change(
                    order.buyer_id, order.id, now, lambda found: found.complete_overdue(now).look_again(now)
                )
            return True

        return settle_each(self._orders.due(None if everything else now), settle)

    def _settle(self, order: Order, now: datetime, *, everything: bool) -> None:
        if order.is_pending and order.payment.hold_until <= now:
            self._settlement.close_unpaid(order.buyer_id, order.id)
        elif order.is_pending and not order.payment.is_opened:
            # Refused, it is given up and its stock is back: that settles it too.
            with suppress(VendorRefused):
                self._open_page(order)

        def pursue(refund: Refund) -> bool:
            if not everything and (refund.due_at is None or refund.due_at > now):
                return False
            self._refunds.pursue(order, refund.id)
            return True

        settle_each(order.pending_refunds, pursue)


def execution_name(order: Order) -> str:
    return f"{order.id}-{order.run}"


def execution_input(order: Order) -> dict[str, Any]:
    return {"buyer_id": order.buyer_id, "order_id": order.id, "run": order.run}
