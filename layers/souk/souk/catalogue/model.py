"""What the storefront sells. Pure: every method answers a new thing or raises a SoukError."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from souk.errors import Conflict
from souk.money import Money
from souk.photos.model import Photo, PhotoStatus

MOST_IMAGES: Final = 12
MOST_STOCK: Final = 1_000_000
OTHER: Final = "other"


class InsufficientInventory(Conflict):
    """There is less of a product than was asked for. The problem says how much is left."""

    code = "insufficient_inventory"

    def __init__(self, product_id: str, available: int) -> None:
        super().__init__(
            f"Only {available} are left." if available else "None are left.",
            extra={"product_id": product_id, "available": available},
        )
        self.product_id = product_id
        self.available = available


@dataclass(frozen=True, slots=True)
class Category:
    """A category of ours; a marketplace has its own."""

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
    """By its id or its name, in any case; `other` for one that is not ours."""
    return _CATEGORIES_BY_NAME.get(name.strip().casefold()) or _CATEGORIES_BY_NAME[OTHER]


def category_of(category_id: str) -> Category | None:
    return next((category for category in CATEGORIES if category.id == category_id), None)


@dataclass(frozen=True, slots=True)
class LinkedImage:
    """A picture that stands elsewhere, by its https address. It is text: the server never fetches it."""

    url: str


type Image = Photo | LinkedImage


@dataclass(frozen=True, slots=True)
class Product:
    """Something in a shop. The seller's account id is the shop's id. How many there are is in its Stock.

    `removed`: deleted by its owner; it stays for the orders that name it. `listing_id`: the listing that it was
    published from, which then decides what it says.
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
    version: int = 1

    @property
    def is_offered(self) -> bool:
        """Buyers can see it, as far as the product itself decides."""
        return self.is_active and not self.removed

    @property
    def shown_images(self) -> tuple[Image, ...]:
        """Those that buyers can see."""
        return tuple(
            image for image in self.images if isinstance(image, LinkedImage) or image.status is PhotoStatus.READY
        )

    @property
    def pending_photos(self) -> tuple[Photo, ...]:
        return tuple(image for image in self.images if isinstance(image, Photo) and image.status is PhotoStatus.PENDING)

    def edit(self, changes: Mapping[str, Any]) -> Product:
        """Change fields by name."""
        return replace(self, **changes)

    def add_photos(self, photos: tuple[Photo, ...]) -> Product:
        if len(self.images) + len(photos) > MOST_IMAGES:
            raise Conflict(f"A product has at most {MOST_IMAGES} images.", code="too_many_images")
        return replace(self, images=self.images + photos)

    def settle_photo(self, settled: Photo) -> Product:
        """A pending photo became ready or rejected. Anything else (removed, settled before) changes nothing."""
        pending = {photo.id for photo in self.pending_photos}
        if settled.id not in pending:
            return self
        return replace(
            self,
            images=tuple(
                settled if isinstance(image, Photo) and image.id == settled.id else image for image in self.images
            ),
        )


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


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of a stock. The id is a UUIDv7, so that movements sort by time; `note` is the seller's own words."""

    id: str
    product_id: str
    delta: int
    reason: Reason
    at: datetime
    order_id: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """What it costs to send things to one place: the first unit, and each further one in the same parcel."""

    first: Decimal
    additional: Decimal


@dataclass(frozen=True, slots=True)
class ShippingProfile:
    """A seller's shipping prices, from `country` (ISO 3166-1 alpha-2). Without `international` it stays in there."""

    id: str
    seller_id: str
    name: str
    country: str
    currency: str
    domestic: Rate
    international: Rate | None
    created_at: datetime
    updated_at: datetime
    version: int = 1

    def price(self, country: str | None, units: int) -> Money | None:
        """For `units` (1 or more) of products with this profile in one parcel; None: it is not sent there.

        `country` None: the destination is not known, and domestic.
        """
        rate = self.domestic if country in (None, self.country) else self.international
        if rate is None:
            return None
        return Money(rate.first + rate.additional * (units - 1), self.currency)
