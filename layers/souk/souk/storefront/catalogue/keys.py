"""The catalogue in its table: keys, items, and the actions that other domains put into their own transactions.

pk                sk                    what
PRODUCT#<id>      PRODUCT               a product; it stays when its owner removes it; in index due while photos wait
PRODUCT#<id>      STOCK                 how many can be ordered: an item of its own, since orders move it
PRODUCT#<id>      RATING                sum and count of its reviews: an item of its own; absent when there are none
PRODUCT#<id>      MOVEMENT#<uuid7>      a movement of its stock
USER#<seller>     PRODUCT#<id>          that the product is this seller's
USER#<seller>     SHIPPING#<id>         a shipping profile
SHOP#<id>         SHOP                  the shop of the seller with this id (souk.storefront.sellers)
INDEX             SEARCH                that there has been a search index (souk.storefront.search)
IDEMPOTENCY#...   <operation>#<key>     see souk.aws.idempotency
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from souk.aws.tables import Check, Item, Put, Update
from souk.selling.photos.mapping import from_photo, to_photo
from souk.shared.clock import from_wire, to_wire
from souk.shared.money import Money
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

# Keys ----------------------------------------------------------------------------------------------------------------


def product_key(product_id: str) -> dict[str, str]:
    return {"pk": f"PRODUCT#{product_id}", "sk": "PRODUCT"}


def stock_key(product_id: str) -> dict[str, str]:
    return {"pk": f"PRODUCT#{product_id}", "sk": "STOCK"}


def rating_key(product_id: str) -> dict[str, str]:
    return {"pk": f"PRODUCT#{product_id}", "sk": "RATING"}


def movement_key(product_id: str, movement_id: str) -> dict[str, str]:
    return {"pk": f"PRODUCT#{product_id}", "sk": f"MOVEMENT#{movement_id}"}


def owned_key(seller_id: str, product_id: str) -> dict[str, str]:
    return {"pk": f"USER#{seller_id}", "sk": f"PRODUCT#{product_id}"}


def shipping_key(seller_id: str, profile_id: str) -> dict[str, str]:
    return {"pk": f"USER#{seller_id}", "sk": f"SHIPPING#{profile_id}"}


# Actions -------------------------------------------------------------------------------------------------------------


def take(
    table: str, product_id: str, quantity: int, order_id: str, movement_id: str, now: datetime
) -> tuple[Update, Put]:
    """Take `quantity` out of stock for an order, or refuse with InsufficientInventory."""
    movement = Movement(movement_id, product_id, -quantity, Reason.ORDER_PLACED, now, order_id)
    return move(table, movement)


def give_back(
    table: str, product_id: str, quantity: int, order_id: str, movement_id: str, now: datetime
) -> tuple[Update, Put]:
    """Put `quantity` back that an order had taken."""
    movement = Movement(movement_id, product_id, quantity, Reason.ORDER_RETURNED, now, order_id)
    return move(table, movement)


def move(table: str, movement: Movement) -> tuple[Update, Put]:
    """Move a stock and keep the movement. It never falls below 0: that is refused with InsufficientInventory."""

    def refusal(stock: Item | None) -> Exception:
        return InsufficientInventory(movement.product_id, int(stock["available"]) if stock else 0)

    step = Update(
        table,
        stock_key(movement.product_id),
        "SET #available = #available + :delta, #version = #version + :one",
        condition="#available >= :needed",
        values={"delta": movement.delta, "needed": max(0, -movement.delta), "one": 1},
        otherwise=refusal,
    )
    return step, Put(table, from_movement(movement))


def check_offered(table: str, product: Product, otherwise: Exception) -> Check:
    """Insist that `product` is still as it was read, and so still has its price; `otherwise` is raised if not."""
    return Check(
        table,
        product_key(product.id),
        condition="#version = :version",
        values={"version": product.version},
        otherwise=otherwise,
    )


# Items ---------------------------------------------------------------------------------------------------------------


def from_product(product: Product) -> Item:
    return _present(
        **product_key(product.id),
        **(_due(product.id, product.due_at) if product.due_at else {}),
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


def from_stock(stock: Stock) -> Item:
    return {**stock_key(stock.product_id), "available": stock.available, "version": stock.version}


def to_stock(item: Mapping[str, Any]) -> Stock:
    return Stock(item["pk"].removeprefix("PRODUCT#"), int(item["available"]), int(item["version"]))


def from_movement(movement: Movement) -> Item:
    return _present(
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
    return _present(
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


def _due(product_id: str, due_at: datetime) -> dict[str, str]:
    # Few products have photos that wait, and what this imports is for those who write them.
    from souk.aws.due import due_members

    return due_members(product_id, due_at)


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
