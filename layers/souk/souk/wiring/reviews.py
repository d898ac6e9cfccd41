"""Reviews."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import sellers, storage

if TYPE_CHECKING:
    from souk.storefront.reviews.service import ReviewService


@cache
def reviews() -> ReviewService:
    from souk.aws.settings import setting
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.reviews.repository import ReviewRepository
    from souk.storefront.reviews.service import ReviewService

    repository = ReviewRepository(
        storage.tables(),
        setting("SOUK_CATALOGUE_TABLE"),
        setting("SOUK_ORDERS_TABLE"),
        setting("SOUK_IDENTITY_TABLE"),
        verified_only=sellers.verified_only(),
    )
    return ReviewService(repository, utc_now, new_id)
