"""Products' photos: taken in like all others, and public from then on."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Protocol

from souk.selling.photos.model import Photo
from souk.shared.errors import NotFound
from souk.storefront.catalogue.model import Product
from souk.storefront.catalogue.repository import ProductRepository

_HASH = re.compile(r"[0-9a-f]{64}")


class ProductPhotos:
    """Products as `souk.selling.photos.service.intake` sees them."""

    def __init__(self, products: ProductRepository) -> None:
        self._products = products

    def pending_photo(self, owner_id: str, entity_id: str, photo_id: str) -> Photo | None:
        owned = self._products.find(entity_id)
        if owned is None or owned.product.seller_id != owner_id:
            return None
        return next((photo for photo in owned.product.pending_photos if photo.id == photo_id), None)

    def settle_photo(self, owner_id: str, entity_id: str, settled: Photo, now: datetime) -> None:
        def decide(product: Product) -> Product:
            return product.settle_photo(settled) if product.seller_id == owner_id else product

        self._products.change(entity_id, now, decide)


class PictureStore(Protocol):
    def holds(self, content_hash: str) -> bool: ...

    def url(self, content_hash: str) -> str:
        """A presigned address to read it, good for 15 minutes."""
        ...


def picture_url(content_hash: str, pictures: PictureStore) -> str:
    """Where a public picture can be read. Raises NotFound."""
    if not _HASH.fullmatch(content_hash) or not pictures.holds(content_hash):
        raise NotFound("There is no such picture.")
    return pictures.url(content_hash)
