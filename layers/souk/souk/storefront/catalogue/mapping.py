"""Products, stocks and shipping profiles as items of the catalogue table, and back.

Also the reads and actions that other domains put into their own batches and transactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from souk.aws.actions import Check, Item, Put, Read, Update
from souk.aws.attributes import drop_none, due_members
from souk.selling.photos.mapping import from_photo, to_photo
from souk.shared.clock import from_wire, to_wire
from souk.shared.money import Money
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
    ShippingRate,
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


def from_product(product: Product) -> Item:
    return drop_none(
        **product_key(product.id),
        **(due_members(product.id, product.due_at) if product.due_at else {}),
        id=product.id,
        seller_id=product.seller_id,
        title=product.title,
        description=product.description,
        price_minor=product.price.minor,
        currency=product.price.currency,
        category_id=product.category_id,
        images=[_from_image(image) for image in product.images],
        shipping_profile_id=product.shipping_profile_id,
        is_active=product.is_active,
        removed=product.removed or None,
        listing_id=product.listing_id,
        quantity_version=product.quantity_version or None,
        version=product.version,
        created_at=to_wire(product.created_at),
        updated_at=to_wire(product.updated_at),
    )


def to_product(item: Mapping[str, Any]) -> Product:
    return Product(
        id=item["id"],
        seller_id=item["seller_id"],
        title=item["title"],
        description=item["description"],
        price=Money.from_minor(int(item["price_minor"]), item["currency"]),
        category_id=item["category_id"],
        images=tuple(_to_image(image) for image in item["images"]),
        shipping_profile_id=item.get("shipping_profile_id"),
        is_active=item["is_active"],
        removed=item.get("removed", False),
        listing_id=item.get("listing_id"),
        quantity_version=int(item.get("quantity_version", 0)),
        due_at=from_wire(item["due_at"]) if "due_at" in item else None,
        version=int(item["version"]),
        created_at=from_wire(item["created_at"]),
        updated_at=from_wire(item["updated_at"]),
    )


def product_id_of(item: Mapping[str, Any]) -> str:
    """The id in the key of any item of a product."""
    return str(item["pk"]).removeprefix(product_key.partition(""))


def from_stock(stock: Stock) -> Item:
    return {**stock_key(stock.product_id), "available": stock.available, "version": stock.version}


def to_stock(item: Mapping[str, Any]) -> Stock:
    return Stock(product_id_of(item), int(item["available"]), int(item["version"]))


def from_movement(movement: Movement) -> Item:
    return drop_none(
        **movement_key(movement.product_id, movement.id),
        id=movement.id,
        product_id=movement.product_id,
        delta=movement.delta,
        reason=movement.reason.value,
        order_id=movement.order_id,
        note=movement.note,
        at=to_wire(movement.at),
    )


def to_movement(item: Mapping[str, Any]) -> Movement:
    return Movement(
        id=item["id"],
        product_id=item["product_id"],
        delta=int(item["delta"]),
        reason=Reason(item["reason"]),
        at=from_wire(item["at"]),
        order_id=item.get("order_id"),
        note=item.get("note"),
    )


def from_shipping_profile(profile: ShippingProfile) -> Item:
    return drop_none(
        **shipping_key(profile.seller_id, profile.id),
        id=profile.id,
        seller_id=profile.seller_id,
        name=profile.name,
        country=profile.country,
        currency=profile.currency,
        domestic=_from_rate(profile.domestic),
        international=_from_rate(profile.international) if profile.international else None,
        version=profile.version,
        created_at=to_wire(profile.created_at),
        updated_at=to_wire(profile.updated_at),
    )


def to_shipping_profile(item: Mapping[str, Any]) -> ShippingProfile:
    international = item.get("international")
    return ShippingProfile(
        id=item["id"],
        seller_id=item["seller_id"],
        name=item["name"],
        country=item["country"],
        currency=item["currency"],
        domestic=_to_rate(item["domestic"]),
        international=_to_rate(international) if international else None,
        version=int(item["version"]),
        created_at=from_wire(item["created_at"]),
        updated_at=from_wire(item["updated_at"]),
    )


def _from_rate(rate: ShippingRate) -> dict[str, Decimal]:
    return {"first": rate.first, "additional": rate.additional}


def _to_rate(item: Mapping[str, Any]) -> ShippingRate:
    return ShippingRate(Decimal(item["first"]), Decimal(item["additional"]))


def _from_image(image: Image) -> dict[str, Any]:
    if isinstance(image, LinkedImage):
        return {"url": image.url}
    return from_photo(image)


def _to_image(item: Mapping[str, Any]) -> Image:
    return LinkedImage(item["url"]) if "url" in item else to_photo(item)
