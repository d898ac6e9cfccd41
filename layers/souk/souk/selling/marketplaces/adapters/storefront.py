"""Souk's own storefront behind the `Marketplace` Protocol: publishing a listing makes a product of it.

The product has the listing's id, so whatever is repeated finds what was made. Its pictures become public. Its stock is
the truth of how many there are: the listing sets it once, and again whenever its owner says another quantity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from souk.selling.marketplaces.model import STOREFRONT, Offer, PublicationEnded, Published, Verification
from souk.selling.photos.model import Photo, PhotoStatus
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, VendorFailed, VendorProblem
from souk.storefront.catalogue.model import OTHER, Movement, OwnedProduct, Product, Reason, Stock, category_of
from souk.storefront.catalogue.repository import ProductRepository, StaleProduct
from souk.storefront.sellers.model import Shop, may_not_sell

_MOST_TRIES = 8


class PublicPictures(Protocol):
    def copy_from(self, kept: str, content_hash: str) -> None:
        """Keep here too what stands under `kept`."""
        ...


def require_shop(shop: Shop | None, owner_id: str) -> None:
    """Raises Conflict `not_a_seller`, or `shop_suspended`."""
    if shop is None:
        raise Conflict("Only sellers publish here. Open a shop with POST /sellers/apply.", code="not_a_seller")
    if not shop.may_sell(verified_only=False):
        raise may_not_sell(owner_id, shop.verification)


class StorefrontMarketplace:
    """Implements `souk.selling.marketplaces.model.Marketplace`; that Protocol says what is raised when.

    A shop that is missing or suspended is a Conflict, as everywhere.
    """

    def __init__(
        self,
        owner_id: str,
        products: ProductRepository,
        pictures: PublicPictures,
        find_shop: Callable[[str], Shop | None],
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._owner_id = owner_id
        self._products = products
        self._pictures = pictures
        self._find_shop = find_shop
        self._clock = clock
        self._new_id = new_id

    def verify(self, offer: Offer) -> Verification:  # noqa: ARG002 - whatever a listing may say fits a product
        require_shop(self._find_shop(self._owner_id), self._owner_id)
        return Verification()

    def publish(self, offer: Offer, key: str) -> Published:  # noqa: ARG002 - the product's id is key enough
        self._show(offer)
        for _ in range(_MOST_TRIES):
            before, now = self._products.find(offer.listing_id), self._clock()
            if before is not None and not before.product.removed:
                return _published(before.product, recovered=True)
            try:
                if before is None:
                    return _published(self._add(offer, now))
                return _published(self._save(before, offer, now, relisted=True))
            except StaleProduct:
                continue
        raise _contended()

    def find(self, listing_id: str) -> Published | None:
        owned = self._products.find(listing_id)
        return None if owned is None or owned.product.removed else _published(owned.product, recovered=True)

    def revise(self, external_id: str, offer: Offer) -> Published:
        self._show(offer)
        for _ in range(_MOST_TRIES):
            before = self._products.find(external_id)
            if before is None or before.product.removed:
                raise PublicationEnded(STOREFRONT, [VendorProblem("gone", "The product is not in the shop any more.")])
            try:
                return _published(self._save(before, offer, self._clock()))
            except StaleProduct:
                continue
        raise _contended()

    def end(self, external_id: str) -> None:
        for _ in range(_MOST_TRIES):
            before = self._products.find(external_id)
            if before is None or before.product.removed:
                return
            try:
                self._products.remove(before.product, replace(before.product, removed=True), self._clock())
            except StaleProduct:
                continue
            return
        raise _contended()

    def _show(self, offer: Offer) -> None:
        for picture in offer.pictures:
            self._pictures.copy_from("media", picture.content_hash)

    def _add(self, offer: Offer, now: datetime) -> Product:
        blank = Product(
            id=offer.listing_id,
            seller_id=self._owner_id,
            title=offer.title,
            description=offer.description,
            price=offer.price,
            category_id=OTHER,
            created_at=now,
            updated_at=now,
            listing_id=offer.listing_id,
        )
        product = _saying(blank, offer, now)
        first = Movement(self._new_id(), product.id, offer.quantity, Reason.CREATED, now)
        self._products.add(OwnedProduct(product, Stock(product.id, offer.quantity, 1)), first, None)
        return product

    def _save(self, before: OwnedProduct, offer: Offer, now: datetime, *, relisted: bool = False) -> Product:
        counted = None
        if offer.quantity_version > before.product.quantity_version:
            delta = offer.quantity - before.stock.available
            counted = Movement(self._new_id(), before.product.id, delta, Reason.SET, now)
        after = replace(_saying(before.product, offer, now), removed=False)
        return self._products.save(before, after, now, counted=counted, relisted=relisted).product


def _saying(product: Product, offer: Offer, now: datetime) -> Product:
    """`product` as the listing has it; whether it is shown and how it is sent stay its own."""
    category = category_of(offer.souk_category_id)
    return replace(
        product,
        title=offer.title,
        description=offer.description,
        price=offer.price,
        category_id=category.id if category else OTHER,
        images=tuple(
            Photo(picture.content_hash, PhotoStatus.READY, picture.content_type, now, picture.content_hash)
            for picture in offer.pictures
        ),
        quantity_version=offer.quantity_version,
    )


def _published(product: Product, *, recovered: bool = False) -> Published:
    return Published(product.id, f"/api/v1/products/{product.id}", recovered=recovered)


def _contended() -> VendorFailed:
    return VendorFailed(STOREFRONT, "The product is changing too fast.")
