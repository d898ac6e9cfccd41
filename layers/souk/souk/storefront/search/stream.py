"""Which products a batch of the catalogue's stream is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from souk.aws.tables import from_stream

_OF_A_PRODUCT: Final = frozenset({"PRODUCT", "STOCK", "RATING"})
_OF_A_SHOP: Final = ("shop_name", "verification")
"""What every product of a shop carries, or is hidden by."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Products that changed, and shops of which every product did."""

    product_ids: frozenset[str]
    shop_ids: frozenset[str]


def touched(event: Mapping[str, Any]) -> Touched:
    products: set[str] = set()
    shops: set[str] = set()
    for record in event["Records"]:
        change = record["dynamodb"]
        kind, _, entity = change["Keys"]["pk"]["S"].partition("#")
        part = change["Keys"]["sk"]["S"]
        if kind == "PRODUCT" and part in _OF_A_PRODUCT:
            products.add(entity)
        elif kind == "SHOP" and part == "SHOP" and _concerns_products(change):
            shops.add(entity)
    return Touched(frozenset(products), frozenset(shops))


def _concerns_products(change: Mapping[str, Any]) -> bool:
    before, after = (from_stream(change.get(image)) or {} for image in ("OldImage", "NewImage"))
    return any(before.get(name) != after.get(name) for name in _OF_A_SHOP)
