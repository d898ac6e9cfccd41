"""Souk's own storefront as a marketplace: a published listing becomes a product.

The product has the listing's id, so that a repeated call finds the product of the first. Its pictures become public.
Its stock is authoritative: the listing sets it when it is published, and again whenever its owner sets a quantity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from souk.selling.marketplaces.model import STOREFRONT, FeeQuote, ListingOffer, PublicationEnded, Published
from souk.selling.photos.model import Photo, PhotoStatus
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, VendorFailed, VendorProblem, VendorRefused
from souk.shared.money import RulesOf
from souk.shared.versioned import retrying
from souk.storefront.catalogue.model import OTHER, Movement, Product, ProductWithStock, Reason, Stock, category_of
from souk.storefront.sellers.model import Shop, may_not_sell


class Products(Protocol):
    """The stored products. Each write raises Stale when the product or its stock has changed since it was read."""

    def find(self, product_id: str, /) -> ProductWithStock | None:
        """A product with its stock, also one that has been removed."""
        ...

    def add(self, product: ProductWithStock, movement: Movement, idempotency: None, /) -> None: ...

    def save(
        self, before: ProductWithStock, after: Product, now: datetime, /, *, counted: Movement | None, relisted: bool
    ) -> ProductWithStock:
        """Save `after`, made from `before`. `counted` moves its stock; `relisted`: it had been removed."""
        ...

    def remove(self, before: Product, removed: Product, now: datetime, /) -> None: ...


class PublicPictures(Protocol):
    def copy_from(self, prefix: str, content_hash: str) -> None:
        """Copy an object from `prefix` to where public pictures are."""
        ...


def require_shop(shop: Shop | None, owner_id: str) -> None:
    """Raises Conflict `not_a_seller`, or `shop_suspended`."""
    if shop is None:
        raise Conflict("Only sellers publish here. Open a shop with POST /sellers/apply.", code="not_a_seller")
    if not shop.may_sell(verified_only=False):
        raise may_not_sell(owner_id, shop.verification)


class StorefrontMarketplace:
    """Implements `souk.selling.marketplaces.model.Marketplace`, which documents the errors.

    Raises Conflict too, when the seller has no shop or it is suspended.
    """

    def __init__(
        self,
        owner_id: str,
        products: Products,
        pictures: PublicPictures,
        find_shop: Callable[[str], Shop | None],
        charge_rules: RulesOf,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._owner_id = owner_id
        self._products = products
        self._pictures = pictures
        self._find_shop = find_shop
        self._charge_rules = charge_rules
        self._clock = clock
        self._new_id = new_id

    def verify(self, offer: ListingOffer) -> FeeQuote:
        require_shop(self._find_shop(self._owner_id), self._owner_id)
        self._check_price(offer)
        return FeeQuote()

    def publish(self, offer: ListingOffer, key: str) -> Published:  # noqa: ARG002 - the product's id makes it unique
        self._check_price(offer)
        self._copy_pictures(offer)

        def attempt() -> Published:
            before, now = self._products.find(offer.listing_id), self._clock()
            if before is not None and not before.product.removed:
                return _published(before.product, recovered=True)
            if before is None:
                return _published(self._add(offer, now))
            return _published(self._save(before, offer, now, relisted=True))

        return _retrying(attempt)

    def find(self, listing_id: str) -> Published | None:
        owned = self._products.find(listing_id)
        return None if owned is None or owned.product.removed else _published(owned.product, recovered=True)

    def revise(self, external_id: str, offer: ListingOffer) -> Published:
        self._check_price(offer)
        self._copy_pictures(offer)

        def attempt() -> Published:
            before = self._products.find(external_id)
            if before is None or before.product.removed:
                raise PublicationEnded(STOREFRONT, [VendorProblem("gone", "The product is not in the shop any more.")])
            return _published(self._save(before, offer, self._clock()))

        return _retrying(attempt)

    def end(self, external_id: str) -> None:
        def attempt() -> None:
            before = self._products.find(external_id)
            if before is not None and not before.product.removed:
                self._products.remove(before.product, replace(before.product, removed=True), self._clock())

        _retrying(attempt)

    def _check_price(self, offer: ListingOffer) -> None:
        """Of a listing that is older than this rule: a new one is refused when its price is set."""
        rules = self._charge_rules(offer.price.currency)
        if not rules.takes(offer.price):
            words = f"Prices in {offer.price.currency} are multiples of {rules.step} here."
            raise VendorRefused(STOREFRONT, [VendorProblem("price_invalid", words)])

    def _copy_pictures(self, offer: ListingOffer) -> None:
        for picture in offer.pictures:
            self._pictures.copy_from("media", picture.content_hash)

    def _add(self, offer: ListingOffer, now: datetime) -> Product:
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
        product = _with_content(blank, offer, now)
        first = Movement(self._new_id(), product.id, offer.quantity, Reason.CREATED, now)
        self._products.add(ProductWithStock(product, Stock(product.id, offer.quantity, 1)), first, None)
        return product

    def _save(self, before: ProductWithStock, offer: ListingOffer, now: datetime, *, relisted: bool = False) -> Product:
        counted = None
        if offer.quantity_version > before.product.quantity_version:
            delta = offer.quantity - before.stock.available
            counted = Movement(self._new_id(), before.product.id, delta, Reason.SET, now)
        after = replace(_with_content(before.product, offer, now), removed=False)
        return self._products.save(before, after, now, counted=counted, relisted=relisted).product


def _with_content(product: Product, offer: ListingOffer, now: datetime) -> Product:
    """`product` with the content of `offer`. Its visibility and shipping profile stay as they are."""
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


def _retrying[T](attempt: Callable[[], T]) -> T:
    """Retry conflicts; too many are a VendorFailed, as from every marketplace."""
    return retrying("product", attempt, otherwise=VendorFailed(STOREFRONT, "The product is changing too fast."))
