"""Shipping profiles in DynamoDB; keys and items are `souk.storefront.catalogue.keys`'s."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from souk.aws.idempotency import IdempotencyKey, record
from souk.aws.tables import Put, Tables
from souk.storefront.catalogue.keys import from_shipping_profile, shipping_key, to_shipping_profile
from souk.storefront.catalogue.model import ShippingProfile
from souk.storefront.sellers.keys import shop_may_sell
from souk.storefront.shipping.service import StaleProfile

_PREFIX = "SHIPPING#"


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
        page = self._tables.query(
            self._table,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            {"pk": f"USER#{seller_id}", "prefix": _PREFIX},
            newest_first=True,
            limit=limit,
            after=shipping_key(seller_id, after["id"]) if after else None,
        )
        following = {"id": page.next_key["sk"].removeprefix(_PREFIX)} if page.next_key else None
        return tuple(to_shipping_profile(item) for item in page.items), following

    def add(self, profile: ShippingProfile, now: datetime, idempotency: IdempotencyKey | None) -> None:
        claims = (record(self._table, idempotency, profile.id, now),) if idempotency else ()
        may_sell = shop_may_sell(self._table, profile.seller_id, verified_only=False)
        self._tables.commit(*claims, Put(self._table, from_shipping_profile(profile)), may_sell)

    def save(self, before: ShippingProfile, after: ShippingProfile) -> None:
        put = Put(
            self._table,
            from_shipping_profile(after),
            condition="#version = :expected",
            values={"expected": before.version},
            otherwise=StaleProfile(),
        )
        self._tables.commit(put, shop_may_sell(self._table, after.seller_id, verified_only=False))
