"""Shops, operators' decisions about them, and follows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import auth, storage

if TYPE_CHECKING:
    from souk.storefront.sellers.repository import ShopRepository
    from souk.storefront.sellers.service import FollowService, ShopService


def verified_only() -> bool:
    """Whether only verified shops are shown and sell."""
    from souk.aws.settings import setting

    return setting("SOUK_REQUIRE_VERIFIED_SELLERS") == "true"


@cache
def shop_repository() -> ShopRepository:
    from souk.aws.settings import setting
    from souk.storefront.sellers.repository import ShopRepository

    return ShopRepository(storage.tables(), setting("SOUK_CATALOGUE_TABLE"), setting("SOUK_IDENTITY_TABLE"))


@cache
def shops() -> ShopService:
    from souk.accounts.addresses.adapters.phone_numbers import PhoneNumbers
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.sellers.service import ShopService

    return ShopService(
        shop_repository(),
        auth.current_account,
        utc_now,
        new_id,
        PhoneNumbers(),
        verified_only=verified_only(),
    )


@cache
def follows() -> FollowService:
    from souk.aws.settings import setting
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.sellers.repository import FollowRepository
    from souk.storefront.sellers.service import FollowService

    repository = FollowRepository(storage.tables(), setting("SOUK_CATALOGUE_TABLE"), verified_only=verified_only())
    return FollowService(repository, utc_now, new_id)
