"""Shops and follows in DynamoDB.

A shop is written on the version that was read. A follow is three writes in one transaction: the follow, the item that
makes it unique, and the shop's number of followers, which is therefore exact however many calls run at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from souk.accounts.auth.model import Account, Role
from souk.accounts.auth.repository import adding_role
from souk.aws import idempotency as records
from souk.aws.idempotency import IdempotencyKey
from souk.aws.tables import Action, Delete, Put, Tables, Update
from souk.aws.versioned import put_changed, put_new
from souk.shared.errors import NotFound
from souk.shared.versioned import Stale
from souk.storefront.sellers.keys import (
    decision_key,
    follow_key,
    followers_key,
    following_key,
    shop_key,
    shop_rating_key,
)
from souk.storefront.sellers.mapping import (
    from_decision,
    from_following,
    from_shop,
    shop_may_sell,
    to_decision,
    to_following,
    to_rating,
    to_shop,
)
from souk.storefront.sellers.model import AlreadyFollowing, Following, Shop, ShopFront, VerificationDecision


def put_new_shop(table: str, shop: Shop) -> Put:
    """The action that makes a shop. Its condition raises Stale when its owner has one already."""
    return put_new(table, from_shop(shop))


class ShopRepository:
    """Implements `souk.storefront.sellers.service.Shops`; that Protocol says what each method does and raises."""

    def __init__(self, tables: Tables, table: str, accounts_table: str) -> None:
        self._tables = tables
        self._table = table
        self._accounts_table = accounts_table

    def find(self, shop_id: str) -> Shop | None:
        item = self._tables.get(self._table, shop_key(shop_id))
        return None if item is None else to_shop(item)

    def front(self, shop_id: str) -> ShopFront | None:
        keys = (shop_key(shop_id), shop_rating_key(shop_id), followers_key(shop_id))
        found = {item["sk"]: item for item in self._tables.get_many(self._table, keys)}
        shop, rating, followers = (found.get(key["sk"]) for key in keys)
        if shop is None:
            return None
        return ShopFront(to_shop(shop), to_rating(rating), int(followers["count"]) if followers else 0)

    def save(
        self,
        before: Shop | None,
        after: Shop,
        *,
        decision: VerificationDecision | None = None,
        new_seller: Account | None = None,
        idempotency: IdempotencyKey | None = None,
    ) -> None:
        actions: list[Action] = [
            put_changed(self._table, from_shop(after), before.version) if before else put_new_shop(self._table, after)
        ]
        if decision is not None:
            actions.append(put_new(self._table, from_decision(decision)))
        if new_seller is not None:
            actions.append(adding_role(self._accounts_table, new_seller.id, Role.SELLER, otherwise=Stale()))
        result_id = decision.id if decision else after.id
        records.write(self._tables, self._table, actions, idempotency, result_id, after.updated_at)

    def decision(self, shop_id: str, decision_id: str) -> VerificationDecision | None:
        item = self._tables.get(self._table, decision_key(shop_id, decision_id))
        return None if item is None else to_decision(item)

    def raise_if_recorded(self, key: IdempotencyKey, now: datetime) -> None:
        records.raise_if_recorded(self._tables, self._table, key, now)


class FollowRepository:
    """Implements `souk.storefront.sellers.service.Follows`; that Protocol says what each method does and raises."""

    def __init__(self, tables: Tables, table: str, *, verified_only: bool) -> None:
        self._tables = tables
        self._table = table
        self._verified_only = verified_only

    def add(self, following: Following, idempotency: IdempotencyKey | None) -> None:
        table, shop_id = self._table, following.shop_id
        visible = shop_may_sell(table, shop_id, verified_only=self._verified_only)
        actions: tuple[Action, ...] = (
            Put(
                table,
                {**following_key(following.user_id, shop_id), "follow_id": following.id},
                condition="attribute_not_exists(#pk)",
                otherwise=AlreadyFollowing(),
            ),
            Put(table, from_following(following)),
            self._add_followers(shop_id, 1),
            replace(visible, otherwise=NotFound("There is no such shop.")),
        )
        records.write(self._tables, table, actions, idempotency, shop_id, following.at)

    def remove(self, user_id: str, shop_id: str) -> None:
        unique = following_key(user_id, shop_id)
        item = self._tables.get(self._table, unique)
        if item is None:
            return
        follow_id = item["follow_id"]
        self._tables.commit(
            Delete(self._table, unique, condition="#follow_id = :id", values={"id": follow_id}, otherwise=Stale()),
            Delete(self._table, follow_key(user_id, follow_id)),
            self._add_followers(shop_id, -1),
        )

    def record(self, key: IdempotencyKey, shop_id: str, now: datetime) -> None:
        records.write(self._tables, self._table, (), key, shop_id, now)

    def page(
        self, user_id: str, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[tuple[Following, Shop], ...], dict[str, str] | None]:
        follows, next_key = self._tables.list_newest(self._table, follow_key, user_id, limit=limit, after=after)
        followed = tuple(map(to_following, follows))
        items = self._tables.get_many(self._table, [shop_key(following.shop_id) for following in followed])
        shops = {shop.id: shop for shop in map(to_shop, items) if shop.may_sell(verified_only=self._verified_only)}
        return tuple(
            (following, shops[following.shop_id]) for following in followed if following.shop_id in shops
        ), next_key

    def _add_followers(self, shop_id: str, number: int) -> Update:
        return Update(self._table, followers_key(shop_id), "ADD #count :number", values={"number": number})
