"""Records of the catalogue's stream as the products and shops that changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from souk.aws.tables import from_stream

_PRODUCT_ITEMS: Final = frozenset({"PRODUCT", "STOCK", "RATING"})
_SHOP_MEMBERS: Final = ("shop_name", "verification")
"""The members of a shop that its products in the index depend on."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Products that changed, and shops whose products all have to be indexed again."""

    product_ids: frozenset[str]
    shop_ids: frozenset[str]


def changes(event: Mapping[str, Any]) -> Changes:
    products: set[str] = set()
    shops: set[str] = set()
    for record in event["Records"]:
        change = record["dynamodb"]
        kind, _, entity = change["Keys"]["pk"]["S"].partition("#")
        part = change["Keys"]["sk"]["S"]
        if kind == "PRODUCT" and part in _PRODUCT_ITEMS:
            products.add(entity)
        elif kind == "SHOP" and part == "SHOP" and _changes_products(change):
            shops.add(entity)
    return Changes(frozenset(products), frozenset(shops))


def _changes_products(change: Mapping[str, Any]) -> bool:
    before, after = (from_stream(change.get(image)) or {} for image in ("OldImage", "NewImage"))
    return any(before.get(name) != after.get(name) for name in _SHOP_MEMBERS)
