"""Products, stocks and shipping profiles as items of the catalogue table, and back.

Also the reads and actions that other domains put into their own batches and transactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from souk.aws.actions import Check, Item, Put, Read, Update
from souk.aws.items import Codec, due_members
from souk.selling.photos.mapping import PHOTO
from souk.shared.versioned import Stale
from souk.storefront.catalogue.keys import movement_key, product_key, rating_key, shipping_key, stock_key
from souk.storefront.catalogue.model import (
    Image,
    InsufficientInventory,
    LinkedImage,
    Movement,
    Product,
    Reason,
    ShippingProfile,
    Stock,
)
from souk.storefront.sellers.mapping import to_rating
from souk.storefront.sellers.model import Rating

# Reads ---------------------------------------------------------------------------------------------------------------


def read_product(table: str, product_id: str) -> Read[Product]:
    return Read(table, product_key(product_id), to_product)


def read_stock(table: str, product_id: str) -> Read[Stock]:
    return Read(table, stock_key(product_id), to_stock)


def read_rating(table: str, product_id: str) -> Read[Rating]:
    """Absent when it has no reviews."""
    return Read(table, rating_key(product_id), to_rating)


def read_shipping_profile(table: str, seller_id: str, profile_id: str) -> Read[ShippingProfile]:
    return Read(table, shipping_key(seller_id, profile_id), to_shipping_profile)


# Actions -------------------------------------------------------------------------------------------------------------


def take_units(
    table: str, product_id: str, units: int, order_id: str, movement_id: str, now: datetime
) -> tuple[Update, Put]:
    """Take units out of the stock for an order. Raises InsufficientInventory."""
    return move_stock(table, Movement(movement_id, product_id, -units, Reason.ORDER_PLACED, now, order_id))


def return_units(
    table: str, product_id: str, units: int, order_id: str, movement_id: str, now: datetime
) -> tuple[Update, Put]:
    """Put units back into the stock that an order had taken."""
    return move_stock(table, Movement(movement_id, product_id, units, Reason.ORDER_RETURNED, now, order_id))


def move_stock(table: str, movement: Movement) -> tuple[Update, Put]:
    """Change a stock and store the movement. Raises InsufficientInventory rather than let it fall below 0."""

    def refusal(stock: Item | None) -> Exception:
        return InsufficientInventory(movement.product_id, int(stock["available"]) if stock else 0)

    change = Update(
        table,
        stock_key(movement.product_id),
        "SET #available = #available + :delta, #version = #version + :one",
        condition="#available >= :needed",
        values={"delta": movement.delta, "needed": max(0, -movement.delta), "one": 1},
        otherwise=refusal,
    )
    return change, Put(table, from_movement(movement))


def check_unchanged(table: str, product: Product) -> Check:
    """Check that a product, and so its price, is still as it was read. Raises Stale."""
    return Check(
        table,
        product_key(product.id),
        condition="#version = :version",
        values={"version": product.version},
        otherwise=Stale(),
    )


# Items ---------------------------------------------------------------------------------------------------------------


def _from_image(image: Image) -> dict[str, Any]:
    return {"url": image.url} if isinstance(image, LinkedImage) else PHOTO.encode(image)


def _to_image(item: Mapping[str, Any]) -> Image:
    return LinkedImage(item["url"]) if "url" in item else PHOTO.decode(item)


_PRODUCT: Final = Codec(
    Product,
    currency_of="price",
    sparse=("removed", "quantity_version"),
    images=(lambda images: [_from_image(image) for image in images], lambda items: tuple(map(_to_image, items))),
)
_MOVEMENT: Final = Codec(Movement)
_SHIPPING_PROFILE: Final = Codec(ShippingProfile)


def from_product(product: Product) -> Item:
    due = due_members(product.id, product.due_at) if product.due_at else {}
    return {**product_key(product.id), **_PRODUCT.encode(product), **due}


def to_product(item: Mapping[str, Any]) -> Product:
    return _PRODUCT.decode(item)


def product_id_of(item: Mapping[str, Any]) -> str:
    """The id in the key of any item of a product."""
    return str(item["pk"]).removeprefix(product_key.partition(""))


def from_stock(stock: Stock) -> Item:
    return {**stock_key(stock.product_id), "available": stock.available, "version": stock.version}


def to_stock(item: Mapping[str, Any]) -> Stock:
    return Stock(product_id_of(item), int(item["available"]), int(item["version"]))


def from_movement(movement: Movement) -> Item:
    return {**movement_key(movement.product_id, movement.id), **_MOVEMENT.encode(movement)}


def to_movement(item: Mapping[str, Any]) -> Movement:
    return _MOVEMENT.decode(item)


def from_shipping_profile(profile: ShippingProfile) -> Item:
    return {**shipping_key(profile.seller_id, profile.id), **_SHIPPING_PROFILE.encode(profile)}


def to_shipping_profile(item: Mapping[str, Any]) -> ShippingProfile:
    return _SHIPPING_PROFILE.decode(item)
