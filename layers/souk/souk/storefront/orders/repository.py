"""Orders in DynamoDB: one transaction a change, and every one conditional on the version it was made from.

What else a change moves follows from the order before and after it: the sellers' rows, the stock of each product by
the units that its line gave back or took again, and what the buyer may review. So nothing is forgotten or done twice,
and whoever takes units, at first or again, insists that their shop sells at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from souk.aws.due import due_items
from souk.aws.idempotency import IdempotencyKey, raise_if_recorded, record
from souk.aws.tables import Action, Item, Page, Put, Tables, Update
from souk.shared.clock import NewId, to_wire
from souk.shared.errors import Conflict, DependencyUnavailable, NotFound
from souk.storefront.catalogue.keys import give_back, take
from souk.storefront.orders.keys import (
    ORDER,
    SALE,
    bought_key,
    event_key,
    order_key,
    sale_key,
    told_by,
    tracking_key,
)
from souk.storefront.orders.mapping import from_order, from_sale, from_tracking, to_order, to_sale, to_tracking
from souk.storefront.orders.model import Fulfilment, Line, Order, Sale, Status, Tracking, most_told
from souk.storefront.sellers.keys import shop_may_sell

_MOST_TRIES = 8
_EVENT_LIFE = timedelta(days=60)
"""Far longer than a vendor goes on telling it."""


class StaleOrder(Exception):
    """The order has changed since it was read."""


class EventHeard(Exception):
    """This event of the vendor has taken effect before."""


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
        """Raises NotFound, also for another buyer's order: it does not stand under this buyer's key."""
        return _found(self.find(buyer_id, order_id))

    def get_tracked(self, buyer_id: str, order_id: str) -> tuple[Order, tuple[Tracking, ...]]:
        """An order and what was told of its parcels, oldest first, in one request. Raises NotFound."""
        keys = (order_key(buyer_id, order_id), tracking_key(order_id))
        found = {item["sk"]: item for item in self._tables.get_many(self._table, keys)}
        order = found.get(keys[0]["sk"])
        entries = found.get(keys[1]["sk"], {}).get("entries", ())
        return _found(None if order is None else to_order(order)), tuple(map(to_tracking, entries))

    def list(
        self, buyer_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[Order, ...], dict[str, str] | None]:
        """A page of the buyer's orders, newest first. `after` and the second answer are {"id": ...}."""
        page = self._page(buyer_id, ORDER, limit, after)
        return tuple(map(to_order, page.items)), _following(page, ORDER)

    def get_sale(self, seller_id: str, order_id: str) -> Sale:
        """Raises NotFound, also for an order in which this seller sold nothing."""
        item = self._tables.get(self._table, sale_key(seller_id, order_id))
        if item is None:
            raise _unknown()
        return to_sale(item)

    def list_sales(
        self, seller_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[Sale, ...], dict[str, str] | None]:
        """A page of what the seller sold, newest first. `after` and the second answer are {"id": ...}."""
        page = self._page(seller_id, SALE, limit, after)
        return tuple(map(to_sale, page.items)), _following(page, SALE)

    def buyer_of_sale(self, seller_id: str, order_id: str) -> str:
        """Whose order it is that this seller sold something in. Raises NotFound."""
        return self.get_sale(seller_id, order_id).buyer_id

    def buyer_of(self, order_id: str) -> str:
        """Whose order it is: for operators, who see them all. Raises NotFound."""
        item = self._tables.get(self._table, tracking_key(order_id))
        if item is None:
            raise _unknown()
        return str(item["buyer_id"])

    def due(self, before: datetime | None) -> Iterator[Order]:
        """Orders whose `due_at` has come; all that have one when `before` is None. A lagging index: read again."""
        return map(to_order, due_items(self._tables, self._table, before))

    def raise_if_done(self, key: IdempotencyKey, now: datetime) -> None:
        """Raise as writing the record of `key` would: Replayed or IdempotencyKeyReused; nothing when it is new."""
        raise_if_recorded(self._tables, self._table, key, now)

    # Writes ----------------------------------------------------------------------------------------------------------

    def add(self, order: Order, checks: Sequence[Action], idempotency: IdempotencyKey | None) -> None:
        """Place an order: its stock is taken, or InsufficientInventory or MayNotSell raised. `checks` come first.

        Without a condition: the id is new, and a write that is repeated because its answer was lost is the same.
        """
        log = Put(self._table, {**tracking_key(order.id), "buyer_id": order.buyer_id, "entries": []})
        actions = (Put(self._table, from_order(order)), log, *self._consequences(None, order, order.created_at))
        self._commit(actions, checks, idempotency, order.created_at, order.id)

    def save(
        self,
        before: Order,
        after: Order,
        now: datetime,
        *,
        tracking: Tracking | None = None,
        extra: Sequence[Action] = (),
        idempotency: IdempotencyKey | None = None,
        made: str | None = None,
    ) -> Order:
        """Store what became of `before`, with all that follows; answers it with its new version.

        Raises StaleOrder, and InsufficientInventory or MayNotSell when units are taken again. `extra` goes into the
        transaction, before the order. `made` is what a replay of the call will be told, instead of the order's id.
        """
        saved = replace(_counted(before, after), version=before.version + 1, updated_at=now)
        put = Put(
            self._table,
            from_order(saved),
            condition="#version = :expected",
            values={"expected": before.version},
            otherwise=StaleOrder(),
        )
        told = (self._append(saved, tracking),) if tracking else ()
        self._commit((put, *told, *self._consequences(before, saved, now)), extra, idempotency, now, made or saved.id)
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
        made: str | None = None,
    ) -> Order:
        """Read, decide, write; from the start again when somebody wrote in between. Raises NotFound.

        `tracking` is told with what was decided. What stays as it is, is not written, nor `extra` with it.
        """
        for _ in range(_MOST_TRIES):
            before = self.get(buyer_id, order_id)
            try:
                after = decide(before)
            except Conflict:
                # A repeated call finds the state that its first time made, where the action is no longer legal.
                if idempotency is not None:
                    self.raise_if_done(idempotency, now)
                raise
            told = tracking(after) if tracking else None
            if after == before and not (told or idempotency):
                return before
            try:
                return self.save(before, after, now, tracking=told, extra=extra, idempotency=idempotency, made=made)
            except StaleOrder:
                continue
        raise contended()

    def heard(self, event_id: str, order_id: str, now: datetime) -> Put:
        """An action for `extra`: this event of the vendor takes effect once. Raises EventHeard."""
        item = {**event_key(event_id), "order_id": order_id, "expires_at": int((now + _EVENT_LIFE).timestamp())}
        return Put(self._table, item, condition="attribute_not_exists(#pk)", otherwise=EventHeard())

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _page(self, user_id: str, prefix: str, limit: int, after: Mapping[str, str] | None) -> Page:
        pk = order_key(user_id, "")["pk"]
        return self._tables.query(
            self._table,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            {"pk": pk, "prefix": prefix},
            newest_first=True,
            limit=limit,
            after={"pk": pk, "sk": f"{prefix}{after['id']}"} if after else None,
        )

    def _commit(
        self,
        actions: Sequence[Action],
        first: Sequence[Action],
        idempotency: IdempotencyKey | None,
        now: datetime,
        made: str,
    ) -> None:
        # The record first: a repeated call must find its answer, not the state that it made itself.
        claims = (record(self._table, idempotency, made, now),) if idempotency else ()
        together = (*claims, *first, *actions)
        if len(together) == 1 and isinstance(together[0], Put):
            self._tables.put(together[0])
        else:
            self._tables.commit(*together)

    def _consequences(self, before: Order | None, after: Order, now: datetime) -> Iterator[Action]:
        yield from (Put(self._table, item) for item in _changed_sales(before, after))
        yield from (Put(self._table, item) for item in _newly_bought(before, after, now))
        taken_before = {line.id: line.taken for line in before.lines} if before else {}
        for part in after.fulfilments:
            moves = [(line, line.taken - taken_before.get(line.id, 0)) for line in part.lines]
            if any(units > 0 for _, units in moves):
                yield shop_may_sell(self._catalogue_table, part.seller_id, verified_only=self._verified_only)
            for line, units in moves:
                yield from self._move_stock(after, line, units, now)

    def _move_stock(self, order: Order, line: Line, units: int, now: datetime) -> tuple[Action, ...]:
        """`units` more are out of the stock than before, or less."""
        if units == 0:
            return ()
        move = take if units > 0 else give_back
        return move(self._catalogue_table, line.product_id, abs(units), order.id, self._new_id(), now)

    def _append(self, order: Order, entry: Tracking) -> Update:
        most = most_told(order)
        return Update(
            self._table,
            tracking_key(order.id),
            "SET #entries = list_append(#entries, :entry) ADD #told :one",
            condition="attribute_not_exists(#told) OR #told < :most",
            values={"entry": [from_tracking(entry)], "one": 1, "most": most},
            names={"told": told_by(entry.seller_id)},
            otherwise=Conflict(f"You can tell of your part of this order {most} times.", code="too_much_tracking"),
        )


def contended() -> DependencyUnavailable:
    return DependencyUnavailable("The order is changing too fast. Try again shortly.", retry_after=1)


def _found(order: Order | None) -> Order:
    if order is None:
        raise _unknown()
    return order


def _unknown() -> NotFound:
    return NotFound("There is no such order.")


def _following(page: Page, prefix: str) -> dict[str, str] | None:
    return {"id": page.next_key["sk"].removeprefix(prefix)} if page.next_key else None


def _counted(before: Order, after: Order) -> Order:
    """With a new version of each part in which its seller sees something change."""

    def count(part: Fulfilment) -> Fulfilment:
        if Sale.of(after, part.seller_id) == Sale.of(before, part.seller_id):
            return part
        return replace(part, version=part.version + 1)

    return replace(after, fulfilments=tuple(map(count, after.fulfilments)))


def _changed_sales(before: Order | None, after: Order) -> Iterator[Item]:
    for part in after.fulfilments:
        if before is None or part.version != before.fulfilment(part.seller_id).version:
            yield from_sale(Sale.of(after, part.seller_id))


def _newly_bought(before: Order | None, after: Order, now: datetime) -> Iterator[Item]:
    for one in after.fulfilments:
        was = before.fulfilment(one.seller_id).status if before else None
        if one.status is Status.DELIVERED and was is not Status.DELIVERED:
            for line in one.lines:
                yield {
                    **bought_key(after.buyer_id, line.product_id),
                    "product_id": line.product_id,
                    "seller_id": one.seller_id,
                    "order_id": after.id,
                    "at": to_wire(now),
                }
