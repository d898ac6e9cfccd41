"""Shipping profiles."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import payments, storage

if TYPE_CHECKING:
    from souk.storefront.shipping.repository import ShippingProfileRepository
    from souk.storefront.shipping.service import ShippingService


@cache
def shipping_profile_repository() -> ShippingProfileRepository:
    from souk.aws.settings import setting
    from souk.storefront.shipping.repository import ShippingProfileRepository

    return ShippingProfileRepository(storage.tables(), setting("SOUK_CATALOGUE_TABLE"))


@cache
def shipping() -> ShippingService:
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.shipping.service import ShippingService

    return ShippingService(shipping_profile_repository(), payments.charge_rules(), utc_now, new_id)
