"""What the storefront sells. Pure: every method answers a new value or raises a SoukError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from souk.selling.photos.model import MOST_PHOTOS, Photo, PhotoStatus, next_look, sooner
from souk.shared.errors import Conflict, FieldProblem, InvalidRequest, InvalidValue
from souk.shared.money import ChargeRules, Money
from souk.storefront.sellers.model import Rating, ShopFront

MOST_STOCK: Final = 1_000_000
OTHER: Final = "other"


class InsufficientInventory(Conflict, code="insufficient_inventory"):
    """There is less of a product than was asked for. The problem says how much is left."""

    def __init__(self, product_id: str, available: int) -> None:
        super().__init__(
            f"Only {available} are left." if available else "None are left.",
            extra={"product_id": product_id, "available": available},
        )
        self.product_id = product_id
        self.available = available


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the storefront; marketplaces have their own."""

    id: str
    name: str


CATEGORIES: Final = (
    Category("electronics", "Electronics"),
    Category("computers", "Computers"),
    Category("cameras", "Cameras"),
    Category("home", "Home"),
    Category("kitchen", "Kitchen"),
    Category("garden", "Garden"),
    Category("furniture", "Furniture"),
    Category("clothing", "Clothing"),
    Category("fashion", "Fashion"),
    Category("shoes", "Shoes"),
    Category("sneakers", "Sneakers"),
    Category("jewelry", "Jewelry"),
    Category("beauty", "Beauty"),
    Category("health", "Health"),
    Category("sports", "Sports"),
    Category("toys", "Toys"),
    Category("games", "Games"),
    Category("books", "Books"),
    Category("music", "Music"),
    Category("art", "Art"),
    Category("collectibles", "Collectibles"),
    Category("vintage", "Vintage"),
    Category("tools", "Tools"),
    Category("automotive", "Automotive"),
    Category("pets", "Pets"),
    Category("food", "Food"),
    Category(OTHER, "Other"),
)
_CATEGORIES_BY_NAME: Final = {
    name.casefold(): category for category in CATEGORIES for name in (category.name, category.id)
}


def category_named(name: str) -> Category:
    """By its id or its name, in any case; `other` for an unknown one."""
    return _CATEGORIES_BY_NAME.get(name.strip().casefold()) or _CATEGORIES_BY_NAME[OTHER]


def category_of(category_id: str) -> Category | None:
    return next((category for category in CATEGORIES if category.id == category_id), None)


@dataclass(frozen=True, slots=True)
class LinkedImage:
    """A picture on another site, by its https address. The server never fetches it."""

    url: str


type Image = Photo | LinkedImage


@dataclass(frozen=True, slots=True)
class Product:
    """Something in a shop. The seller's account id is the shop's id. How many there are is in its Stock.

    `removed`: deleted by its owner; it stays for the orders that refer to it. `listing_id`: the listing that it was
    published from, which decides its contents. `quantity_version`: the last version of the listing's quantity that the
    stock was set to. `due_at`: when the sweep has to handle its pending photos.
    """

    id: str
    seller_id: str
    title: str
    description: str
    price: Money
    category_id: str
    created_at: datetime
    updated_at: datetime
    images: tuple[Image, ...] = ()
    shipping_profile_id: str | None = None
    is_active: bool = True
    removed: bool = False
    listing_id: str | None = None
    quantity_version: int = 0
    due_at: datetime | None = None
    version: int = 1

    @property
    def is_offered(self) -> bool:
        """Whether buyers can see it, unless its shop may not sell."""
        return self.is_active and not self.removed

    @property
    def shown_images(self) -> tuple[Image, ...]:
        """The images that buyers can see."""
        return tuple(
            image for image in self.images if isinstance(image, LinkedImage) or image.status is PhotoStatus.READY
        )

    @property
    def photos(self) -> tuple[Photo, ...]:
        """All uploads: pending, ready and rejected."""
        return tuple(image for image in self.images if isinstance(image, Photo))

    @property
    def pending_photos(self) -> tuple[Photo, ...]:
        return tuple(photo for photo in self.photos if photo.status is PhotoStatus.PENDING)

    def edit(self, changes: Mapping[str, Any]) -> Product:
        """Change fields by name. Raises Conflict `sold_from_listing` for a field that its listing decides."""
        if not changes.keys() <= _OWN_FIELDS:
            self._require_own()
        return replace(self, **changes)

    def choose_images(self, addresses: Sequence[str]) -> tuple[Image, ...]:
        """Its images by `addresses`: https addresses, and its own photos by id or by the address they are shown at.

        Pending photos are kept after the others. Raises InvalidRequest for a photo that is not its own.
        """
        own = {name: photo for photo in self.photos for name in _names_of(photo)}
        chosen: dict[str, Image] = {}
        for address in addresses:
            image = own.get(address.rpartition("/")[2].partition("?")[0])
            if image is None and not address.startswith("https://"):
                detail = "neither an https address nor a photo of this product"
                raise InvalidRequest(f"images: {detail}", [FieldProblem("images", detail, "unknown_value")])
            chosen[image.id if image else address] = image or LinkedImage(address)
        for photo in self.pending_photos:
            chosen.setdefault(photo.id, photo)
        return _bounded(tuple(chosen.values()))

    def remove(self) -> Product:
        """Take it out of the shop. Raises Conflict `sold_from_listing`."""
        self._require_own()
        return replace(self, removed=True)

    def add_photos(self, photos: tuple[Photo, ...], now: datetime) -> Product:
        """With pending `photos`; rejected ones are dropped to make room. Raises Conflict `too_many_images`."""
        kept = self.images
        if len(kept) + len(photos) > MOST_PHOTOS:
            kept = tuple(image for image in kept if image in (*self.shown_images, *self.pending_photos))
        changed = self.edit({"images": _bounded(kept + photos)})
        return replace(changed, due_at=sooner(self.due_at, next_look(changed.pending_photos, now)))

    def settle_photo(self, settled: Photo) -> Product:
        """With `settled` in the place of its pending photo; unchanged if that is not pending any more."""
        if settled.id not in {photo.id for photo in self.pending_photos}:
            return self
        images = (settled if isinstance(image, Photo) and image.id == settled.id else image for image in self.images)
        changed = replace(self, images=tuple(images))
        return changed if changed.pending_photos else replace(changed, due_at=None)

    def reschedule(self, now: datetime) -> Product:
        """With the time when the sweep has to handle its photos next."""
        return replace(self, due_at=next_look(self.pending_photos, now))

    def _require_own(self) -> None:
        if self.listing_id is not None:
            raise Conflict(
                "This product is published from a listing, which decides what it says. Edit or delete that.",
                code="sold_from_listing",
                extra={"listing_id": self.listing_id},
            )


# Not decided by the listing: where it is sent from, and whether it is shown.
_OWN_FIELDS: Final = frozenset({"shipping_profile_id", "is_active"})


def _names_of(photo: Photo) -> tuple[str, ...]:
    return (photo.id, photo.content_hash) if photo.content_hash else (photo.id,)


def _bounded(images: tuple[Image, ...]) -> tuple[Image, ...]:
    if len(images) > MOST_PHOTOS:
        raise Conflict(f"A product has at most {MOST_PHOTOS} images.", code="too_many_images")
    return images


@dataclass(frozen=True, slots=True)
class ProductEdit:
    """What to change: fields of a Product by name, its price, its images by address, its stock. None keeps a value."""

    fields: Mapping[str, Any]
    amount: Decimal | None = None
    currency: str | None = None
    images: tuple[str, ...] | None = None
    available: int | None = None


class Reason(StrEnum):
    """Why stock moved."""

    CREATED = "created"
    SET = "set"
    ADJUSTED = "adjusted"
    ORDER_PLACED = "order_placed"
    ORDER_RETURNED = "order_returned"


@dataclass(frozen=True, slots=True)
class Stock:
    """How many of a product can be ordered now. `version` rises with every movement."""

    product_id: str
    available: int
    version: int

    def set_to(self, available: int) -> Stock:
        """After `available` units have been counted."""
        return replace(self, available=available, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class ProductWithStock:
    """A product as its owner sees it. `version` rises with every change of either."""

    product: Product
    stock: Stock

    @property
    def version(self) -> int:
        return self.product.version + self.stock.version


@dataclass(frozen=True, slots=True)
class ProductDetails:
    """A product as buyers see it. `rating` is the product's; `shop` has the shop's."""

    product: Product
    stock: Stock
    rating: Rating
    shop: ShopFront

    @property
    def version(self) -> int:
        return self.product.version + self.stock.version


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of a stock. The id is a UUIDv7, so that movements sort by time; `note` is the seller's comment."""

    id: str
    product_id: str
    delta: int
    reason: Reason
    at: datetime
    order_id: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ShippingRate:
    """What it costs to send things to one place: the first unit, and each further one in the same parcel."""

    first: Decimal
    additional: Decimal


@dataclass(frozen=True, slots=True)
class ShippingProfile:
    """A seller's shipping prices from `country` (ISO 3166-1 alpha-2); without `international` only within it."""

    id: str
    seller_id: str
    name: str
    country: str
    currency: str
    domestic: ShippingRate
    international: ShippingRate | None
    created_at: datetime
    updated_at: datetime
    version: int = 1

    def checked(self, rules: ChargeRules) -> ShippingProfile:
        """Itself, if its prices can be charged in its currency. Raises InvalidRequest."""
        for name, rate in (("domestic", self.domestic), ("international", self.international)):
            for amount in (rate.first, rate.additional) if rate else ():
                try:
                    rules.require_step(Money(amount, self.currency), name)
                except InvalidValue as error:
                    raise InvalidRequest(f"{name}: {error}", [error.of(name)]) from error
        return self

    def price(self, country: str | None, units: int) -> Money | None:
        """For one parcel of `units` (1 or more) of products with this profile; None: it is not sent to `country`.

        `country` None: the destination is unknown, and taken as domestic.
        """
        rate = self.domestic if country in (None, self.country) else self.international
        if rate is None:
            return None
        return Money(rate.first + rate.additional * (units - 1), self.currency)
