"""Orders in DynamoDB. Each change is one transaction that requires the version the change was made from.

Its side effects are derived by comparing the order before and after: the sellers' sales, the stock of each product
whose line returned or took units, and which products the buyer may review. So none is forgotten or done twice.
A transaction that takes units or confirms a part requires that its shop may sell at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from souk.aws.idempotency import IdempotencyKey, raise_if_recorded, write
from souk.aws.tables import Action, Item, Put, Read, Tables, Update
from souk.aws.versioned import put_changed, put_new
from souk.shared.clock import NewId, to_wire
from souk.shared.errors import Conflict, NotFound
from souk.shared.versioned import Stale, retrying
from souk.storefront.catalogue.mapping import check_unchanged, return_units, take_units
from souk.storefront.catalogue.model import Product
from souk.storefront.orders.keys import (
    bought_key,
    event_key,
    order_key,
    sale_key,
    tracking_count,
    tracking_key,
    unmatched_key,
)
from souk.storefront.orders.mapping import (
    from_order,
    from_sale,
    from_tracking,
    from_unmatched,
    to_due,
    to_entries,
    to_order,
    to_sale,
    to_unmatched,
)
from souk.storefront.orders.model import (
    Fulfilment,
    Line,
    Order,
    Sale,
    Status,
    Tracking,
    UnmatchedPayment,
    tracking_limit,
)
from souk.storefront.sellers.mapping import shop_may_sell

_EVENT_LIFE = timedelta(days=60)
"""Far longer than a vendor repeats an event."""


class EventAlreadyProcessed(Exception):
    """This event of the payment vendor has taken effect before."""


class OrderRepository:
    def __init__(self, tables: Tables, table: str, catalogue_table: str, new_id: NewId, *, verified_only: bool) -> None:
        self._tables = tables
        self._table = table
        self._catalogue_table = catalogue_table
        self._new_id = new_id
        self._verified_only = verified_only

    # Reads -----------------------------------------------------------------------------------------------------------

    def find(self, buyer_id: str, order_id: str) -> Order | None:
        item = self._tables.get(self._table, order_key(buyer_id, order_id))
        return None if item is None else to_order(item)

    def get(self, buyer_id: str, order_id: str) -> Order:
        """Raises NotFound, also for another buyer's order."""
        return _required(self.find(buyer_id, order_id))

    def get_tracked(self, buyer_id: str, order_id: str) -> tuple[Order, tuple[Tracking, ...]]:
        """An order and its tracking entries, oldest first, in one request. Raises NotFound."""
        order, entries = self._tables.read(
            Read(self._table, order_key(buyer_id, order_id), to_order),
            Read(self._table, tracking_key(order_id), to_entries),
        )
        return _required(order), entries or ()

    def list(
        self, buyer_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[Order, ...], dict[str, str] | None]:
        """A page of the buyer's orders, newest first. `after` and the second answer are {"id": ...}."""
        items, following = self._tables.list_newest(self._table, order_key, buyer_id, limit=limit, after=after)
        return tuple(map(to_order, items)), following

    def get_sale(self, seller_id: str, order_id: str) -> Sale:
        """Raises NotFound, also for an order in which this seller sold nothing."""
        return to_sale(_required(self._tables.get(self._table, sale_key(seller_id, order_id))))

    def list_sales(
        self, seller_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[Sale, ...], dict[str, str] | None]:
        """A page of the seller's sales, newest first. `after` and the second answer are {"id": ...}."""
        items, following = self._tables.list_newest(self._table, sale_key, seller_id, limit=limit, after=after)
        return tuple(map(to_sale, items)), following

    def buyer_of_sale(self, seller_id: str, order_id: str) -> str:
        """The buyer's id of an order in which this seller sold something. Raises NotFound."""
        return self.get_sale(seller_id, order_id).buyer_id

    def buyer_of(self, order_id: str) -> str:
        """The buyer's id of any order, for operators. Raises NotFound."""
        return str(_required(self._tables.get(self._table, tracking_key(order_id)))["buyer_id"])

    def due(self, before: datetime | None) -> Iterator[Order | UnmatchedPayment]:
        """What has a `due_at` until `before`, or any when it is None, oldest first. The index lags: read each again."""
        return map(to_due, self._tables.query_due(self._table, before))

    def find_unmatched(self, intent_id: str) -> UnmatchedPayment | None:
        item = self._tables.get(self._table, unmatched_key(intent_id))
        return None if item is None else to_unmatched(item)

    def raise_if_recorded(self, key: IdempotencyKey, now: datetime) -> None:
        """Raises Replayed or IdempotencyKeyReused if `key` was used before."""
        raise_if_recorded(self._tables, self._table, key, now)

    # Writes ----------------------------------------------------------------------------------------------------------

    def add(self, order: Order, products: Sequence[Product], idempotency: IdempotencyKey | None) -> None:
        """Place an order and take its stock. Raises Stale when one of `products` has changed since it was read.

        Raises InsufficientInventory, MayNotSell and Replayed. The order's own item has no condition: its id is new, and
        a write that is repeated because the answer was lost writes the same.
        """
        unchanged = (check_unchanged(self._catalogue_table, product) for product in products)
        tracking = Put(self._table, {**tracking_key(order.id), "buyer_id": order.buyer_id, "entries": []})
        effects = tuple(self._side_effects(None, order, order.created_at))
        actions = (*unchanged, tracking, *effects, Put(self._table, from_order(order)))
        write(self._tables, self._table, actions, idempotency, order.id, order.created_at)

    def save(
        self,
        before: Order,
        after: Order,
        now: datetime,
        *,
        tracking: Tracking | None = None,
        extra: Sequence[Action] = (),
        idempotency: IdempotencyKey | None = None,
        result_id: str | None = None,
    ) -> Order:
        """Store `after`, made from `before`, with its side effects; answers it with its new version.

        `extra` actions come first in the transaction. A replay of the call answers from `result_id`, or the order's id.
        Raises Stale; InsufficientInventory when units are taken again; MayNotSell then, and when a part is confirmed.
        """
        saved = replace(_with_part_versions(before, after), version=before.version + 1, updated_at=now)
        appended = (self._append(saved, tracking),) if tracking else ()
        effects = tuple(self._side_effects(before, saved, now))
        put = put_changed(self._table, from_order(saved), before.version)
        actions = (*extra, put, *appended, *effects)
        write(self._tables, self._table, actions, idempotency, result_id or saved.id, now)
        return saved

    def change(
        self,
        buyer_id: str,
        order_id: str,
        now: datetime,
        decide: Callable[[Order], Order],
        *,
        tracking: Callable[[Order], Tracking] | None = None,
        extra: Sequence[Action] = (),
        idempotency: IdempotencyKey | None = None,
        result_id: str | None = None,
    ) -> Order:
        """Read, decide and save, again after a conflict. Raises NotFound, and what `decide` and `save` raise.

        `tracking` makes the entry to add from the decided order. An unchanged order is not written, nor is `extra`.
        """

        def attempt() -> Order:
            before = self.get(buyer_id, order_id)
            try:
                after = decide(before)
            except Conflict:
                # A repeated call finds the state that its first time made, where the transition is not legal any more.
                if idempotency is not None:
                    self.raise_if_recorded(idempotency, now)
                raise
            entry = tracking(after) if tracking else None
            if after == before and not (entry or idempotency):
                return before
            save = partial(self.save, before, after, now, tracking=entry, extra=extra)
            return save(idempotency=idempotency, result_id=result_id)

        return retrying("order", attempt)

    def mark_processed(self, event_id: str, order_id: str, now: datetime) -> Put:
        """An action for `extra`: the vendor's event takes effect once. Its condition raises EventAlreadyProcessed."""
        item = {**event_key(event_id), "order_id": order_id, "expires_at": int((now + _EVENT_LIFE).timestamp())}
        return Put(self._table, item, condition="attribute_not_exists(#pk)", otherwise=EventAlreadyProcessed())

    def add_unmatched(self, unmatched: UnmatchedPayment) -> None:
        """Note a payment. One that was noted before stays as it is."""
        with suppress(Stale):
            self._tables.put(put_new(self._table, from_unmatched(unmatched)))

    def save_unmatched(self, before: UnmatchedPayment, after: UnmatchedPayment) -> None:
        """Raises Stale."""
        saved = replace(after, version=before.version + 1)
        self._tables.put(put_changed(self._table, from_unmatched(saved), before.version))

    # Side effects ----------------------------------------------------------------------------------------------------

    def _side_effects(self, before: Order | None, after: Order, now: datetime) -> Iterator[Action]:
        yield from (Put(self._table, item) for item in _changed_sales(before, after))
        yield from (Put(self._table, item) for item in _newly_bought(before, after, now))
        taken_before = {line.id: line.taken for line in before.lines} if before else {}
        for part in after.fulfilments:
            moves = [(line, line.taken - taken_before.get(line.id, 0)) for line in part.lines]
            is_confirmed = part.status is Status.CONFIRMED and before and before.is_pending
            if is_confirmed or any(units > 0 for _, units in moves):
                yield shop_may_sell(self._catalogue_table, part.seller_id, verified_only=self._verified_only)
            for line, units in moves:
                yield from self._move_stock(after, line, units, now)

    def _move_stock(self, order: Order, line: Line, units: int, now: datetime) -> tuple[Action, ...]:
        """Take `units` out of the stock, or return them when negative."""
        if units == 0:
            return ()
        move = take_units if units > 0 else return_units
        return move(self._catalogue_table, line.product_id, abs(units), order.id, self._new_id(), now)

    def _append(self, order: Order, entry: Tracking) -> Update:
        most = tracking_limit(order)
        return Update(
            self._table,
            tracking_key(order.id),
            "SET #entries = list_append(#entries, :entry) ADD #count :one",
            condition="attribute_not_exists(#count) OR #count < :most",
            values={"entry": [from_tracking(entry)], "one": 1, "most": most},
            names={"count": tracking_count(entry.seller_id)},
            otherwise=Conflict(
                f"You can add tracking to your part of this order {most} times.", code="too_much_tracking"
            ),
        )


def _required[T](found: T | None) -> T:
    if found is None:
        raise NotFound("There is no such order.")
    return found


def _with_part_versions(before: Order, after: Order) -> Order:
    """With a new version of each part in which its seller sees a change."""

    def count(part: Fulfilment) -> Fulfilment:
        if Sale.from_order(after, part.seller_id) == Sale.from_order(before, part.seller_id):
            return part
        return replace(part, version=part.version + 1)

    return replace(after, fulfilments=tuple(map(count, after.fulfilments)))


def _changed_sales(before: Order | None, after: Order) -> Iterator[Item]:
    for part in after.fulfilments:
        if before is None or part.version != before.fulfilment(part.seller_id).version:
            yield from_sale(Sale.from_order(after, part.seller_id))


def _newly_bought(before: Order | None, after: Order, now: datetime) -> Iterator[Item]:
    for part in after.fulfilments:
        was = before.fulfilment(part.seller_id).status if before else None
        if part.status is Status.DELIVERED and was is not Status.DELIVERED:
            for line in part.lines:
                yield {
                    **bought_key(after.buyer_id, line.product_id),
                    "product_id": line.product_id,
                    "seller_id": part.seller_id,
                    "order_id": after.id,
                    "at": to_wire(now),
                }
