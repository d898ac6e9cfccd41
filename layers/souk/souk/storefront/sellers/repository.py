"""Shops and follows in DynamoDB; the keys are `layout`'s.

A shop is written on the version that was read. A follow is three writes in one transaction: who, when, and the count of
the shop, so that the count is exact whatever calls run at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from souk.accounts.auth.model import Account, Role
from souk.accounts.auth.repository import adding_role
from souk.aws.idempotency import IdempotencyKey, raise_if_recorded, record
from souk.aws.tables import Action, Delete, Item, Put, Tables, Update
from souk.shared.clock import from_wire, to_wire
from souk.shared.errors import NotFound
from souk.storefront.sellers.keys import (
    FOLLOW_PREFIX,
    follow_key,
    followers_key,
    following_key,
    from_shop,
    ruling_key,
    shop_key,
    shop_may_sell,
    shop_rating_key,
    to_shop,
)
from souk.storefront.sellers.model import Decision, Following, Rating, Ruling, Shop, ShopFront, Verification
from souk.storefront.sellers.service import AlreadyFollowing, StaleShop


def opening(table: str, shop: Shop) -> Put:
    """The action that makes a shop where there is none."""
    return Put(table, from_shop(shop), condition="attribute_not_exists(#pk)", otherwise=StaleShop())


class ShopRepository:
    def __init__(self, tables: Tables, table: str, accounts_table: str) -> None:
        self._tables = tables
        self._table = table
        self._accounts_table = accounts_table

    def find(self, shop_id: str) -> Shop | None:
        item = self._tables.get(self._table, shop_key(shop_id))
        return None if item is None else to_shop(item)

    def front(self, shop_id: str) -> ShopFront | None:
        """A shop with its rating and followers, in one request."""
        keys = (shop_key(shop_id), shop_rating_key(shop_id), followers_key(shop_id))
        found = {item["sk"]: item for item in self._tables.get_many(self._table, keys)}
        shop, rating, followers = (found.get(key["sk"]) for key in keys)
        if shop is None:
            return None
        return ShopFront(
            to_shop(shop),
            Rating(int(rating["sum"]), int(rating["count"])) if rating else Rating(),
            int(followers["count"]) if followers else 0,
        )

    def save(
        self,
        before: Shop | None,
        after: Shop,
        *,
        ruling: Ruling | None = None,
        new_seller: Account | None = None,
        idempotency: IdempotencyKey | None = None,
    ) -> None:
        """See souk.storefront.sellers.service.Shops."""
        if before is None:
            put = opening(self._table, after)
        else:
            put = Put(
                self._table,
                from_shop(after),
                condition="#version = :expected",
                values={"expected": before.version},
                otherwise=StaleShop(),
            )
        others: list[Action] = []
        if ruling is not None:
            others.append(Put(self._table, _from_ruling(ruling), condition="attribute_not_exists(#pk)"))
        if new_seller is not None:
            others.append(adding_role(self._accounts_table, new_seller.id, Role.SELLER, otherwise=StaleShop()))
        made = ruling.id if ruling else after.id
        # The record first: a repeated call must find its answer, not the state that it made itself.
        claims = (record(self._table, idempotency, made, after.updated_at),) if idempotency else ()
        if claims or others:
            self._tables.commit(*claims, put, *others)
        else:
            self._tables.put(put)

    def ruling(self, shop_id: str, ruling_id: str) -> Ruling | None:
        item = self._tables.get(self._table, ruling_key(shop_id, ruling_id))
        return None if item is None else _to_ruling(item)

    def raise_if_done(self, key: IdempotencyKey, now: datetime) -> None:
        """Raises Replayed or IdempotencyKeyReused when the deed of `key` is done."""
        raise_if_recorded(self._tables, self._table, key, now)


class FollowRepository:
    def __init__(self, tables: Tables, table: str, *, verified_only: bool) -> None:
        self._tables = tables
        self._table = table
        self._verified_only = verified_only

    def add(self, following: Following, idempotency: IdempotencyKey | None) -> None:
        """Raises AlreadyFollowing; NotFound when there is no such shop to be seen; Replayed."""
        table, shop_id = self._table, following.shop_id
        claims = (record(table, idempotency, shop_id, following.at),) if idempotency else ()
        visible = shop_may_sell(table, shop_id, verified_only=self._verified_only)
        self._tables.commit(
            *claims,
            Put(
                table,
                {**following_key(following.user_id, shop_id), "follow_id": following.id},
                condition="attribute_not_exists(#pk)",
                otherwise=AlreadyFollowing(),
            ),
            Put(table, _from_following(following)),
            Update(table, followers_key(shop_id), "ADD #count :one", values={"one": 1}),
            replace(visible, otherwise=NotFound("There is no such shop.")),
        )

    def remove(self, user_id: str, shop_id: str) -> None:
        """One that is not there is success."""
        unique = following_key(user_id, shop_id)
        while (item := self._tables.get(self._table, unique)) is not None:
            follow_id = item["follow_id"]
            try:
                self._tables.commit(
                    Delete(
                        self._table,
                        unique,
                        condition="#follow_id = :id",
                        values={"id": follow_id},
                        otherwise=_FollowMoved(),
                    ),
                    Delete(self._table, follow_key(user_id, follow_id)),
                    Update(self._table, followers_key(shop_id), "ADD #count :less", values={"less": -1}),
                )
            except _FollowMoved:
                # Another call removed it first, and it may be followed anew: seen by looking again.
                continue
            return

    def claim(self, key: IdempotencyKey, shop_id: str, now: datetime) -> None:
        """Record a call that had nothing left to do. Raises Replayed, IdempotencyKeyReused."""
        self._tables.put(record(self._table, key, shop_id, now))

    def page(
        self, user_id: str, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[tuple[Following, Shop], ...], dict[str, str] | None]:
        """Newest first; shops that must not be seen are left out. `after` and the second answer are {"id": ...}."""
        page = self._tables.query(
            self._table,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            {"pk": follow_key(user_id, "")["pk"], "prefix": FOLLOW_PREFIX},
            newest_first=True,
            limit=limit,
            after=follow_key(user_id, after["id"]) if after else None,
        )
        followed = tuple(_to_following(item) for item in page.items)
        items = self._tables.get_many(self._table, [shop_key(one.shop_id) for one in followed])
        shops = {shop.id: shop for shop in map(to_shop, items) if shop.may_sell(verified_only=self._verified_only)}
        following = {"id": page.next_key["sk"].removeprefix(FOLLOW_PREFIX)} if page.next_key else None
        return tuple((one, shops[one.shop_id]) for one in followed if one.shop_id in shops), following


class _FollowMoved(Exception):
    pass


def _from_ruling(ruling: Ruling) -> Item:
    return {
        **ruling_key(ruling.shop_id, ruling.id),
        "id": ruling.id,
        "shop_id": ruling.shop_id,
        "decision": ruling.decision.value,
        "reason": ruling.reason,
        "by": ruling.by,
        "at": to_wire(ruling.at),
        "outcome": ruling.outcome.value,
    }


def _to_ruling(item: Item) -> Ruling:
    return Ruling(
        id=item["id"],
        shop_id=item["shop_id"],
        decision=Decision(item["decision"]),
        reason=item["reason"],
        by=item["by"],
        at=from_wire(item["at"]),
        outcome=Verification(item["outcome"]),
    )


def _from_following(following: Following) -> Item:
    return {
        **follow_key(following.user_id, following.id),
        "id": following.id,
        "user_id": following.user_id,
        "shop_id": following.shop_id,
        "at": to_wire(following.at),
    }


def _to_following(item: Item) -> Following:
    return Following(item["id"], item["user_id"], item["shop_id"], from_wire(item["at"]))
