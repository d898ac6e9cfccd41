"""Reviews."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from souk.reviews.service import ReviewService


@cache
def reviews() -> ReviewService:
    from souk.aws.settings import setting
    from souk.clock import new_id, utc_now
    from souk.reviews.repository import ReviewerRepository, ReviewRepository
    from souk.reviews.service import ReviewService

    tables = storage.tables()
    return ReviewService(
        ReviewRepository(tables, setting("SOUK_CATALOGUE_TABLE"), setting("SOUK_ORDERS_TABLE")),
        ReviewerRepository(tables, setting("SOUK_IDENTITY_TABLE")),
        utc_now,
        new_id,
    )
