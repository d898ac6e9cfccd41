"""Orders for their buyer and sales for their seller, and how a seller advances its part of an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock, NewId
from souk.shared.errors import NotFound
from souk.shared.versioned import Versions
from souk.storefront.orders.model import SELLER_TRANSITIONS, Order, Sale, Status, Tracking, TrackingUpdate, illegal
from souk.storefront.orders.repository import OrderRepository

type Cursor = dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Purchases:
    """One buyer's orders: other buyers' orders are not found."""

    orders: OrderRepository

    def get(self, buyer_id: str, order_id: str) -> tuple[Order, tuple[Tracking, ...]]:
        """An order and its tracking entries, oldest first. Raises NotFound."""
        return self.orders.get_tracked(buyer_id, order_id)

    def list(self, buyer_id: str, limit: int, after: Mapping[str, str] | None) -> tuple[tuple[Order, ...], Cursor]:
        """A page, newest first."""
        return self.orders.list(buyer_id, limit=limit, after=after)


class Sales:
    """One seller's sales. `completes_after`: a delivered part completes automatically after this time."""

    def __init__(self, orders: OrderRepository, completes_after: timedelta, clock: Clock, new_id: NewId) -> None:
        self._orders = orders
        self._completes_after = completes_after
        self._clock = clock
        self._new_id = new_id

    def get(self, seller_id: str, order_id: str) -> Sale:
        """Raises NotFound."""
        return self._orders.get_sale(seller_id, order_id)

    def list(self, seller_id: str, limit: int, after: Mapping[str, str] | None) -> tuple[tuple[Sale, ...], Cursor]:
        """A page, newest first."""
        return self._orders.list_sales(seller_id, limit=limit, after=after)

    def advance(self, sale: Sale, wanted: Status, if_match: Versions | None) -> Sale:
        """Move a part to the status `wanted`; nothing happens when it has that status.

        Raises Conflict `illegal_transition`, and PreconditionFailed unless the part's version is one of `if_match`.
        """
        seller_id = sale.fulfilment.seller_id
        if wanted not in SELLER_TRANSITIONS:
            raise illegal(f"set to {wanted}", sale.fulfilment.status)

        def decide(order: Order) -> Order:
            return self._moved(order.require_part_version(seller_id, if_match), seller_id, wanted)

        moved = self._orders.change(sale.buyer_id, sale.order_id, self._clock(), decide)
        return Sale.from_order(moved, seller_id)

    def add_tracking(
        self, seller_id: str, order_id: str, update: TrackingUpdate, idempotency: IdempotencyKey | None
    ) -> Tracking:
        """Store a report about a parcel, in one transaction with the change of status that it implies.

        Raises NotFound, Conflict `illegal_transition`, `too_much_tracking`, Replayed.
        """
        sale = self._orders.get_sale(seller_id, order_id)
        now, entry_id = self._clock(), self._new_id()

        def decide(order: Order) -> Order:
            moved = self._moved(order, seller_id, update.status) if update.status else order
            return moved.tracked(seller_id, update.carrier, update.tracking_number)

        def entry(order: Order) -> Tracking:
            return Tracking(
                id=entry_id,
                seller_id=seller_id,
                status=order.fulfilment(seller_id).status,
                at=now,
                location=update.location,
                notes=update.notes,
                carrier=update.carrier,
                tracking_number=update.tracking_number,
            )

        order = self._orders.change(
            sale.buyer_id, order_id, now, decide, tracking=entry, idempotency=idempotency, result_id=entry_id
        )
        return entry(order)

    def get_tracking(self, seller_id: str, order_id: str, entry_id: str) -> Tracking:
        """An entry that an earlier call has added. Raises NotFound."""
        sale = self._orders.get_sale(seller_id, order_id)
        _, entries = self._orders.get_tracked(sale.buyer_id, order_id)
        for entry in entries:
            if (entry.id, entry.seller_id) == (entry_id, seller_id):
                return entry
        raise NotFound("There is no such tracking.")

    def _moved(self, order: Order, seller_id: str, wanted: Status) -> Order:
        if order.fulfilment(seller_id).status is wanted:
            return order
        return order.advance(seller_id, wanted, self._clock(), self._completes_after)


@dataclass(frozen=True, slots=True)
class Fulfilling:
    """How a seller changes the status of its part: it advances or cancels it.

    `cancel` takes the seller id, order id and the version in If-Match, and also refunds the payment.
    """

    sales: Sales
    cancel: Callable[[str, str, Versions | None], Order]

    def move(self, seller_id: str, order_id: str, wanted: Status, if_match: Versions | None) -> Sale:
        """Raises NotFound, Conflict `illegal_transition`, and PreconditionFailed when no `if_match` is its version."""
        sale = self.sales.get(seller_id, order_id)
        if wanted is Status.CANCELLED and sale.fulfilment.is_live:
            return Sale.from_order(self.cancel(seller_id, order_id, if_match), seller_id)
        return self.sales.advance(sale, wanted, if_match)
