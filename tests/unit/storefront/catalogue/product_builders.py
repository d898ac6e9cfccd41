"""Products as tests need them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from souk.selling.photos.model import Photo, PhotoStatus
from souk.shared.money import Money
from souk.storefront.catalogue.model import Product, ShippingProfile, ShippingRate

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def a_product(**fields: Any) -> Product:
    given: dict[str, Any] = {
        "id": "01890000-0000-7000-8000-0000000000cc",
        "seller_id": "01890000-0000-7000-8000-00000000000a",
        "title": "Brass desk lamp",
        "description": "Rewired.",
        "price": Money(Decimal("49.50"), "USD"),
        "category_id": "home",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Product(**{**given, **fields})


def a_photo(name: str, status: PhotoStatus = PhotoStatus.PENDING) -> Photo:
    return Photo(name, status, "image/jpeg", NOW, name * 64 if status is PhotoStatus.READY else None)


def a_profile(**fields: Any) -> ShippingProfile:
    given: dict[str, Any] = {
        "id": "01890000-0000-7000-8000-0000000000dd",
        "seller_id": "01890000-0000-7000-8000-00000000000a",
        "name": "Parcel",
        "country": "US",
        "currency": "USD",
        "domestic": ShippingRate(Decimal(5), Decimal("1.50")),
        "international": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return ShippingProfile(**{**given, **fields})
