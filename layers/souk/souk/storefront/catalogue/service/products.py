"""Sellers' products and their stock, and one product for buyers. Each use case reads, decides, and writes once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from souk.aws.idempotency import IdempotencyKey
from souk.selling.photos.model import Photo, Upload
from souk.selling.photos.service.uploads import PhotoUploads, RequestedUpload, ids_of
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, FieldProblem, InvalidRequest, NotFound
from souk.shared.money import CurrencyMismatch, Money, RulesOf, requested_price
from souk.shared.versioned import Versions, check_version, retrying
from souk.storefront.catalogue.model import (
    Movement,
    Product,
    ProductDetails,
    ProductEdit,
    ProductWithStock,
    Reason,
    ShippingProfile,
    Stock,
)
from souk.storefront.catalogue.repository import ProductRepository
from souk.storefront.sellers.model import ShopFront


class CatalogueService:
    """Every method but `get_details` takes the seller's id first, and does not find other sellers' products.

    `find_profile` finds a shipping profile of a seller. `get_shop` gets a shop that may sell, or raises NotFound.
    `charge_rules`: what the payment vendor takes.
    """

    def __init__(
        self,
        products: ProductRepository,
        find_profile: Callable[[str, str], ShippingProfile | None],
        uploads: PhotoUploads,
        get_shop: Callable[[str], ShopFront],
        charge_rules: RulesOf,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._products = products
        self._find_profile = find_profile
        self._uploads = uploads
        self._get_shop = get_shop
        self._charge_rules = charge_rules
        self._clock = clock
        self._new_id = new_id

    def get_details(self, product_id: str) -> ProductDetails:
        """Raises NotFound, also when the product is hidden or its shop may not sell."""
        found = self._products.find_rated(product_id)
        if found is None or not found[0].product.is_offered:
            raise NotFound("There is no such product.")
        shown, rating = found
        return ProductDetails(shown.product, shown.stock, rating, self._get_shop(shown.product.seller_id))

    def get(self, seller_id: str, product_id: str) -> ProductWithStock:
        """Raises NotFound."""
        return self._products.get(seller_id, product_id)

    def list(
        self, seller_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[ProductWithStock, ...], dict[str, str] | None]:
        """Newest first. `after` and the second answer are {"id": ...}."""
        return self._products.list(seller_id, limit=limit, after=after)

    def create(
        self, seller_id: str, fields: Mapping[str, Any], available: int, idempotency: IdempotencyKey | None
    ) -> ProductWithStock:
        """Raises Conflict when the shop may not sell, InvalidRequest for a wrong shipping profile or price."""
        now = self._clock()
        product = Product(id=self._new_id(), seller_id=seller_id, created_at=now, updated_at=now, **fields)
        self._check_price(product)
        self._check_profile(product)
        created = ProductWithStock(product, Stock(product.id, available, 1))
        first = Movement(self._new_id(), product.id, available, Reason.CREATED, now)
        self._products.add(created, first, idempotency)
        return created

    def edit(self, seller_id: str, product_id: str, edit: ProductEdit, if_match: Versions | None) -> ProductWithStock:
        """`if_match`: the versions of product and stock that may be changed; None: any.

        Raises PreconditionFailed, NotFound, Conflict, and InvalidRequest for a wrong price, image or shipping profile.
        """

        def decide(before: ProductWithStock) -> Product:
            check_version("product", before.version, if_match)
            product = before.product
            changes = {**edit.fields, **_price(edit, product.price)}
            if edit.images is not None:
                changes["images"] = product.choose_images(edit.images)
            changed = product.edit(changes) if changes else product
            if "price" in changes:
                self._check_price(changed)
            if changes.keys() & {"price", "shipping_profile_id"}:
                self._check_profile(changed)
            return changed

        return self._decide(seller_id, product_id, decide, available=edit.available)

    def remove(self, seller_id: str, product_id: str, if_match: Versions | None) -> None:
        """Raises NotFound, PreconditionFailed, Conflict `sold_from_listing`."""

        def attempt() -> None:
            before = self._products.get(seller_id, product_id)
            check_version("product", before.version, if_match)
            self._products.remove(before.product, before.product.remove(), self._clock())

        retrying("product", attempt)

    def adjust_stock(
        self, seller_id: str, product_id: str, delta: int, note: str, idempotency: IdempotencyKey | None
    ) -> tuple[Movement, Stock]:
        """Change a stock by `delta`, never below 0. Raises InsufficientInventory, NotFound."""
        movement = Movement(self._new_id(), product_id, delta, Reason.ADJUSTED, self._clock(), note=note)
        self._products.move(seller_id, movement, idempotency)
        return self._products.movement(product_id, movement.id)

    def movement(self, seller_id: str, product_id: str, movement_id: str) -> tuple[Movement, Stock]:
        """A movement of an earlier call, and the stock as it is now. Raises NotFound."""
        self._products.get(seller_id, product_id)
        return self._products.movement(product_id, movement_id)

    # Photos ----------------------------------------------------------------------------------------------------------

    def request_uploads(
        self, seller_id: str, product_id: str, files: Sequence[RequestedUpload], idempotency: IdempotencyKey | None
    ) -> tuple[ProductWithStock, tuple[Upload, ...]]:
        """Announce photos that the client sends straight to the bucket."""
        photos = self._uploads.announce([file.content_type for file in files])
        changed = self._add_photos(seller_id, product_id, photos, idempotency)
        return changed, self.uploads_of(changed.product, ids_of(photos), files)

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
    ) -> ProductWithStock:
        """Take photos that came through the API: (content type, bytes). They are checked like all others, later."""
        photos = self._uploads.announce([content_type for content_type, _ in files], sent=True)
        changed = self._add_photos(seller_id, product_id, photos, idempotency)
        self.bring(changed.product, ids_of(photos), files)
        return changed

    def bring(self, product: Product, photo_ids: Sequence[str], files: Sequence[tuple[str, bytes]]) -> None:
        """Put the bytes of those `photo_ids` that still wait for them where uploads go. May be done again."""
        self._uploads.bring(product.seller_id, product.id, product.pending_photos, photo_ids, files)

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _add_photos(
        self, seller_id: str, product_id: str, photos: tuple[Photo, ...], idempotency: IdempotencyKey | None
    ) -> ProductWithStock:
        return self._decide(
            seller_id,
            product_id,
            lambda before: before.product.add_photos(photos, self._clock()),
            idempotency=idempotency,
            result_id=",".join(ids_of(photos)),
        )

    def _decide(
        self,
        seller_id: str,
        product_id: str,
        decide: Callable[[ProductWithStock], Product],
        *,
        available: int | None = None,
        idempotency: IdempotencyKey | None = None,
        result_id: str | None = None,
    ) -> ProductWithStock:
        """Read, decide and save, again after a conflict."""

        def attempt() -> ProductWithStock:
            before = self._products.get(seller_id, product_id)
            try:
                after = decide(before)
            except Conflict:
                # A repeated call finds the state that its first time made, where the action is not legal any more.
                if idempotency is not None:
                    self._products.raise_if_recorded(idempotency, self._clock())
                raise
            now = self._clock()
            counted = None if available is None else self._count(before.stock, available, now)
            return self._products.save(
                before, after, now, counted=counted, idempotency=idempotency, result_id=result_id
            )

        return retrying("product", attempt)

    def _count(self, stock: Stock, available: int, now: datetime) -> Movement:
        return Movement(self._new_id(), stock.product_id, available - stock.available, Reason.SET, now)

    def _check_price(self, product: Product) -> None:
        self._charge_rules(product.price.currency).require_step(product.price, "price")

    def _check_profile(self, product: Product) -> None:
        """Profiles are never removed and their currency never changes, so this check stays true."""
        if product.shipping_profile_id is None:
            return
        profile = self._find_profile(product.seller_id, product.shipping_profile_id)
        if profile is None:
            detail = "no shipping profile of yours"
            raise InvalidRequest(f"shipping_profile_id: {detail}", [FieldProblem("shipping_profile_id", detail)])
        if profile.currency != product.price.currency:
            detail = f"the shipping profile's prices are in {profile.currency}"
            raise CurrencyMismatch(f"currency: {detail}", [FieldProblem("currency", detail)])


def _price(edit: ProductEdit, current: Money) -> dict[str, Money]:
    if edit.amount is None and edit.currency is None:
        return {}
    amount = current.amount if edit.amount is None else edit.amount
    return {"price": requested_price(amount, edit.currency or current.currency)}
