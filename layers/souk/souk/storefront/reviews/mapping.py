"""Reviews as items of the catalogue table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from souk.aws.tables import Item
from souk.shared.clock import from_wire, to_wire
from souk.storefront.reviews.keys import review_key
from souk.storefront.reviews.model import Review


def from_review(review: Review) -> Item:
    return {
        **review_key(review.product_id, review.id),
        "id": review.id,
        "product_id": review.product_id,
        "seller_id": review.seller_id,
        "reviewer_id": review.reviewer_id,
        "reviewer_name": review.reviewer_name,
        "rating": review.rating,
        "comment": review.comment,
        "created_at": to_wire(review.created_at),
        "updated_at": to_wire(review.updated_at),
        "version": review.version,
    }


def to_review(item: Mapping[str, Any]) -> Review:
    return Review(
        id=item["id"],
        product_id=item["product_id"],
        seller_id=item["seller_id"],
        reviewer_id=item["reviewer_id"],
        reviewer_name=item["reviewer_name"],
        rating=int(item["rating"]),
        comment=item["comment"],
        created_at=from_wire(item["created_at"]),
        updated_at=from_wire(item["updated_at"]),
        version=int(item["version"]),
    )
