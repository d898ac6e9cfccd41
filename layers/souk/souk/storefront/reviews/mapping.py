"""Reviews as items of the catalogue table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from souk.aws.items import Codec
from souk.aws.tables import Item
from souk.storefront.reviews.keys import review_key
from souk.storefront.reviews.model import Review

_REVIEW: Final = Codec(Review, nulls=True)


def from_review(review: Review) -> Item:
    return {**review_key(review.product_id, review.id), **_REVIEW.encode(review)}


def to_review(item: Mapping[str, Any]) -> Review:
    return _REVIEW.decode(item)
