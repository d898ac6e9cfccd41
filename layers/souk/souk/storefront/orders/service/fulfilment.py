"""Orders and sales as their buyer and their sellers read them, and how a seller moves its part on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock, NewId
from souk.shared.errors import NotFound
from souk.storefront.orders.model import SELLER_ACTIONS, News, Order, Sale, Status, Tracking, illegal
from souk.storefront.orders.repository import OrderRepository

type Cursor = dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Purchases:
    """One buyer's orders: no other buyer's is ever found."""

    orders: OrderRepository

    def get(self, buyer_id: str, order_id: str) -> tuple[Order, tuple[Tracking, ...]]:
        """An order, and what was told of its parcels, oldest first. Raises NotFound."""
        return self.orders.get_tracked(buyer_id, order_id)

    def list(self, buyer_id: str, limit: int, after: Mapping[str, str] | None) -> tuple[tuple[Order, ...], Cursor]:
        """A page, newest first."""
        return self.orders.list(buyer_id, limit=limit, after=after)


class Sales:
    """One seller's part of orders. `completes_after`: how long after its delivery a part is complete by itself."""

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

    def advance(self, sale: Sale, wanted: Status, if_match: int | None) -> Sale:
        """Move a part on to `wanted`; where it stands already changes nothing.

        Raises Conflict `illegal_transition`, and PreconditionFailed unless the part's version is `if_match`.
        """
        seller_id = sale.fulfilment.seller_id
        if wanted not in SELLER_ACTIONS:
            raise illegal(f"set to {wanted}", sale.fulfilment.status)

        def decide(order: Order) -> Order:
            return self._moved(order.demand_part(seller_id, if_match), seller_id, wanted)

        moved = self._orders.change(sale.buyer_id, sale.order_id, self._clock(), decide)
        return Sale.of(moved, seller_id)

    def tell(self, seller_id: str, order_id: str, news: News, idempotency: IdempotencyKey | None) -> Tracking:
        """Keep what is told of a parcel, in one transaction with the move that it makes.

        Raises NotFound, Conflict `illegal_transition`, `too_much_tracking`, Replayed.
        """
        sale = self._orders.get_sale(seller_id, order_id)
        now, entry_id = self._clock(), self._new_id()

        def decide(order: Order) -> Order:
            moved = self._moved(order, seller_id, news.status) if news.status else order
            return moved.tracked(seller_id, news.carrier, news.tracking_number)

        def entry(order: Order) -> Tracking:
            return Tracking(
                id=entry_id,
                seller_id=seller_id,
                status=order.fulfilment(seller_id).status,
                at=now,
                location=news.location,
                notes=news.notes,
                carrier=news.carrier,
                tracking_number=news.tracking_number,
            )

        order = self._orders.change(
            sale.buyer_id, order_id, now, decide, tracking=entry, idempotency=idempotency, made=entry_id
        )
        return entry(order)

    def told(self, seller_id: str, order_id: str, entry_id: str) -> Tracking:
        """What was told by an earlier call. Raises NotFound."""
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
    """What a seller does by asking for a status: it moves its part on, or cancels it.

    `cancel` (seller id, order id, version that is insisted on) also gives back what was paid.
    """

    sales: Sales
    cancel: Callable[[str, str, int | None], Order]

    def move(self, seller_id: str, order_id: str, wanted: Status, if_match: int | None) -> Sale:
        """Raises NotFound, Conflict `illegal_transition`, and PreconditionFailed unless the version is `if_match`."""
        sale = self.sales.get(seller_id, order_id)
        if wanted is Status.CANCELLED and sale.fulfilment.is_live:
            return Sale.of(self.cancel(seller_id, order_id, if_match), seller_id)
        return self.sales.advance(sale, wanted, if_match)
