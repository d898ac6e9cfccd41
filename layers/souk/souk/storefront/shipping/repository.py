"""Shipping profiles in DynamoDB; keys and items are those of `souk.storefront.catalogue`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from souk.aws.idempotency import IdempotencyKey, write
from souk.aws.tables import Put, Tables
from souk.aws.versioned import put_changed
from souk.storefront.catalogue.keys import shipping_key
from souk.storefront.catalogue.mapping import from_shipping_profile, to_shipping_profile
from souk.storefront.catalogue.model import ShippingProfile
from souk.storefront.sellers.mapping import shop_may_sell


class ShippingProfileRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def find(self, seller_id: str, profile_id: str) -> ShippingProfile | None:
        item = self._tables.get(self._table, shipping_key(seller_id, profile_id))
        return None if item is None else to_shipping_profile(item)

    def list(
        self, seller_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[ShippingProfile, ...], dict[str, str] | None]:
        items, following = self._tables.list_newest(self._table, shipping_key, seller_id, limit=limit, after=after)
        return tuple(map(to_shipping_profile, items)), following

    def add(self, profile: ShippingProfile, now: datetime, idempotency: IdempotencyKey | None) -> None:
        may_sell = shop_may_sell(self._table, profile.seller_id, verified_only=False)
        actions = (Put(self._table, from_shipping_profile(profile)), may_sell)
        write(self._tables, self._table, actions, idempotency, profile.id, now)

    def save(self, before: ShippingProfile, after: ShippingProfile) -> None:
        put = put_changed(self._table, from_shipping_profile(after), before.version)
        self._tables.commit(put, shop_may_sell(self._table, after.seller_id, verified_only=False))
