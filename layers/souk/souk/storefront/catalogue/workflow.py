"""The guarantee behind a product's photos: whatever is announced becomes ready or rejected."""

from __future__ import annotations

from functools import partial

from souk.selling.photos.service.settling import PhotoProcessing, settle_photos
from souk.shared.clock import Clock
from souk.shared.sweeping import is_due, settle_each
from souk.storefront.catalogue.model import Product
from souk.storefront.catalogue.repository import ProductRepository


class PhotoSweeper:
    def __init__(self, products: ProductRepository, photos: PhotoProcessing, clock: Clock) -> None:
        self._products = products
        self._photos = photos
        self._clock = clock

    def sweep(self, *, everything: bool) -> int:
        """Look after the photos that are overdue, or all that wait when `everything`; answers of how many products."""
        now = self._clock()

        def settle(product_id: str) -> bool:
            owned = self._products.find(product_id)
            if owned is None or not is_due(owned.product.due_at, now, everything=everything):
                return False
            self._settle(owned.product)
            return True

        return settle_each(self._products.due(None if everything else now), settle)

    def _settle(self, product: Product) -> None:
        now = self._clock()
        change = partial(self._products.change, product.id, now)
        left = settle_photos(product, change, partial(self._photos.request, product.seller_id, product.id), now)
        if left is not None and left.due_at is not None and left.due_at <= now:
            change(lambda found: found.look_again(now) if found.due_at == left.due_at else found)
