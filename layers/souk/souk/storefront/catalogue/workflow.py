"""The sweep of products whose photos are pending: in the end each photo is ready or rejected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from souk.selling.photos.service.intake import PhotoProcessing, settle_photos
from souk.storefront.catalogue.model import Product
from souk.storefront.catalogue.repository import ProductRepository


@dataclass(frozen=True, slots=True)
class DueProducts:
    """Implements `souk.shared.sweeping.DueEntities`."""

    products: ProductRepository
    photos: PhotoProcessing

    def due(self, before: datetime | None) -> Iterable[str]:
        return self.products.due(before)

    def read(self, found: str) -> Product | None:
        stored = self.products.find(found)
        return stored.product if stored else None

    def settle(self, entity: Product, now: datetime, *, everything: bool) -> None:  # noqa: ARG002 - the same either way
        seller_id, product_id = entity.seller_id, entity.id
        change = partial(self.products.change, seller_id, product_id, now)
        left: Product | None = entity
        try:
            left = settle_photos(entity, change, partial(self.photos.request, seller_id, product_id), now)
        finally:
            if left is not None and left.due_at is not None and left.due_at <= now:
                change(lambda product: product.reschedule(now) if product.due_at == entity.due_at else product)
