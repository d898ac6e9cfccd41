"""What sellers do with their products, and what buyers see of one. Each use case reads, decides, and writes once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from souk.aws.idempotency import IdempotencyKey
from souk.selling.photos.model import Photo, Upload
from souk.selling.photos.service.uploads import PhotoUploads, RequestedUpload, ids_of
from souk.shared.clock import Clock, NewId
from souk.shared.errors import (
    Conflict,
    DependencyUnavailable,
    FieldProblem,
    InvalidRequest,
    NotFound,
    PreconditionFailed,
)
from souk.shared.money import CurrencyMismatch, Money, requested_price
from souk.storefront.catalogue.model import Movement, OwnedProduct, Product, ProductPage, Reason, ShippingProfile, Stock
from souk.storefront.catalogue.repository import ProductRepository, StaleProduct
from souk.storefront.sellers.model import ShopFront

_MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class Edit:
    """Fields of a Product to change, by name; its price; its images, as addresses; how many there are."""

    fields: Mapping[str, Any]
    amount: Decimal | None = None
    currency: str | None = None
    images: tuple[str, ...] | None = None
    available: int | None = None


class CatalogueService:
    """One seller's products; every method but `page` takes the seller's id first and finds nobody else's.

    `profile_of` answers a shipping profile of a seller, `front_of` a shop that sells now; that one raises NotFound.
    """

    def __init__(
        self,
        products: ProductRepository,
        profile_of: Callable[[str, str], ShippingProfile | None],
        uploads: PhotoUploads,
        front_of: Callable[[str], ShopFront],
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._products = products
        self._profile_of = profile_of
        self._uploads = uploads
        self._front_of = front_of
        self._clock = clock
        self._new_id = new_id

    def page(self, product_id: str) -> ProductPage:
        """Raises NotFound, also when the product is hidden or its shop does not sell."""
        found = self._products.rated(product_id)
        if found is None or not found[0].product.is_offered:
            raise NotFound("There is no such product.")
        owned, rating = found
        return ProductPage(owned.product, owned.stock, rating, self._front_of(owned.product.seller_id))

    def get(self, seller_id: str, product_id: str) -> OwnedProduct:
        """Raises NotFound."""
        return self._products.get(seller_id, product_id)

    def list(
        self, seller_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[OwnedProduct, ...], dict[str, str] | None]:
        """Newest first. `after` and the second answer are {"id": ...}."""
        return self._products.list(seller_id, limit=limit, after=after)

    def create(
        self, seller_id: str, fields: Mapping[str, Any], available: int, idempotency: IdempotencyKey | None
    ) -> OwnedProduct:
        """Raises Conflict when the shop must not sell, InvalidRequest for a shipping profile that does not fit."""
        now = self._clock()
        product = Product(id=self._new_id(), seller_id=seller_id, created_at=now, updated_at=now, **fields)
        self._check_profile(product)
        owned = OwnedProduct(product, Stock(product.id, available, 1))
        first = Movement(self._new_id(), product.id, available, Reason.CREATED, now)
        self._products.add(owned, first, idempotency)
        return owned

    def edit(self, seller_id: str, product_id: str, edit: Edit, version: int | None) -> OwnedProduct:
        """Raises PreconditionFailed when the seller has not seen the latest version, of product or stock."""

        def decide(owned: OwnedProduct) -> Product:
            if version not in (None, owned.version):
                raise PreconditionFailed("The product has changed since you read it.")
            product = owned.product
            changes = {**edit.fields, **_price(edit, product.price)}
            if edit.images is not None:
                changes["images"] = product.choose_images(edit.images)
            changed = product.edit(changes) if changes else product
            if changes.keys() & {"price", "shipping_profile_id"}:
                self._check_profile(changed)
            return changed

        return self._decide(seller_id, product_id, decide, available=edit.available)

    def remove(self, seller_id: str, product_id: str, version: int | None) -> None:
        for _ in range(_MOST_TRIES):
            owned = self._products.get(seller_id, product_id)
            if version not in (None, owned.version):
                raise PreconditionFailed("The product has changed since you read it.")
            try:
                self._products.remove(owned.product, owned.product.remove(), self._clock())
            except StaleProduct:
                continue
            return
        raise _contended()

    def adjust_stock(
        self, seller_id: str, product_id: str, delta: int, note: str, idempotency: IdempotencyKey | None
    ) -> tuple[Movement, Stock]:
        """Move a stock by `delta`, never below 0. Raises InsufficientInventory, NotFound."""
        movement = Movement(self._new_id(), product_id, delta, Reason.ADJUSTED, self._clock(), note=note)
        self._products.move(seller_id, movement, idempotency)
        return self._products.movement(product_id, movement.id)

    def movement(self, seller_id: str, product_id: str, movement_id: str) -> tuple[Movement, Stock]:
        """A movement made before, and the stock as it is now. Raises NotFound."""
        self._products.get(seller_id, product_id)
        return self._products.movement(product_id, movement_id)

    # Photos ----------------------------------------------------------------------------------------------------------

    def request_uploads(
        self, seller_id: str, product_id: str, files: Sequence[RequestedUpload], idempotency: IdempotencyKey | None
    ) -> tuple[OwnedProduct, tuple[Upload, ...]]:
        """Announce photos that the client sends straight to the bucket."""
        photos = self._uploads.announce([file.content_type for file in files])
        owned = self._add_photos(seller_id, product_id, photos, idempotency)
        return owned, self.uploads_of(owned.product, ids_of(photos), files)

    def uploads_of(
        self, product: Product, photo_ids: Sequence[str], files: Sequence[RequestedUpload]
    ) -> tuple[Upload, ...]:
        """Presigned POSTs for `files`, which are the photos `photo_ids`; none for what has been settled or removed."""
        return self._uploads.presign(product.seller_id, product.id, product.pending_photos, photo_ids, files)

    def add_uploaded(
        self,
        seller_id: str,
        product_id: str,
        files: Sequence[tuple[str, bytes]],
        idempotency: IdempotencyKey | None,
    ) -> OwnedProduct:
        """Take photos that came through the API: (content type, bytes). They are checked like all others, later."""
        photos = self._uploads.announce([content_type for content_type, _ in files])
        owned = self._add_photos(seller_id, product_id, photos, idempotency)
        self.bring(owned.product, ids_of(photos), files)
        return owned

    def bring(self, product: Product, photo_ids: Sequence[str], files: Sequence[tuple[str, bytes]]) -> None:
        """Put the bytes of those `photo_ids` that still wait for them where uploads go. May be done again."""
        self._uploads.bring(product.seller_id, product.id, product.pending_photos, photo_ids, files)

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _add_photos(
        self, seller_id: str, product_id: str, photos: tuple[Photo, ...], idempotency: IdempotencyKey | None
    ) -> OwnedProduct:
        return self._decide(
            seller_id,
            product_id,
            lambda owned: owned.product.add_photos(photos, self._clock()),
            idempotency=idempotency,
            made=",".join(ids_of(photos)),
        )

    def _decide(
        self,
        seller_id: str,
        product_id: str,
        decide: Callable[[OwnedProduct], Product],
        *,
        available: int | None = None,
        idempotency: IdempotencyKey | None = None,
        made: str | None = None,
    ) -> OwnedProduct:
        """Read, decide, write; from the start again when somebody wrote in between."""
        for _ in range(_MOST_TRIES):
            before = self._products.get(seller_id, product_id)
            try:
                after = decide(before)
            except Conflict:
                # A repeated call finds the state that its first time made, where the action is no longer legal.
                if idempotency is not None:
                    self._products.raise_if_done(idempotency, self._clock())
                raise
            now = self._clock()
            counted = None if available is None else self._count(before.stock, available, now)
            try:
                return self._products.save(before, after, now, counted=counted, idempotency=idempotency, made=made)
            except StaleProduct:
                continue
        raise _contended()

    def _count(self, stock: Stock, available: int, now: datetime) -> Movement:
        return Movement(self._new_id(), stock.product_id, available - stock.available, Reason.SET, now)

    def _check_profile(self, product: Product) -> None:
        """A profile's currency never changes and none is ever removed, so what is found now holds."""
        if product.shipping_profile_id is None:
            return
        profile = self._profile_of(product.seller_id, product.shipping_profile_id)
        if profile is None:
            detail = "no shipping profile of yours"
            raise InvalidRequest(f"shipping_profile_id: {detail}", [FieldProblem("shipping_profile_id", detail)])
        if profile.currency != product.price.currency:
            detail = f"the shipping profile's prices are in {profile.currency}"
            raise CurrencyMismatch(f"currency: {detail}", [FieldProblem("currency", detail)])


def _price(edit: Edit, current: Money) -> dict[str, Money]:
    if edit.amount is None and edit.currency is None:
        return {}
    amount = current.amount if edit.amount is None else edit.amount
    return {"price": requested_price(amount, edit.currency or current.currency)}


def _contended() -> DependencyUnavailable:
    return DependencyUnavailable("The product is changing too fast. Try again shortly.", retry_after=1)
