"""Builders of reviews."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from souk.storefront.reviews.model import Review

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def a_review(**changes: Any) -> Review:
    facts: dict[str, Any] = {
        "id": "r1",
        "product_id": "p1",
        "seller_id": "seller",
        "reviewer_id": "john",
        "reviewer_name": "John D.",
        "rating": 5,
        "comment": "Fine.",
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
    }
    return Review(**{**facts, **changes})
