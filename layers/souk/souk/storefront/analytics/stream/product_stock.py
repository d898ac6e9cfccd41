"""What the items of the catalogue tell of a shelf: one by one, or as the table's stream brings them.

A product's item tells whose it is and whether it is in the shop, and its stock how many there are. Neither is ever
removed from the table: what its owner deletes is there, `removed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from souk.aws.tables import from_stream
from souk.storefront.analytics.model.counters import Shelf
from souk.storefront.catalogue.keys import to_product, to_stock


def shelf_of(item: Mapping[str, Any]) -> Shelf | None:
    """What an item tells; None: nothing, as all others."""
    match item["sk"]:
        case "PRODUCT":
            product = to_product(item)
            return Shelf(product.id, product.seller_id, not product.removed, product.version)
        case "STOCK":
            stock = to_stock(item)
            return Shelf(stock.product_id, available=stock.available, stock_version=stock.version)
    return None


def shelves(event: Mapping[str, Any]) -> Iterator[Shelf]:
    """What a batch tells that the items did not tell before: a new title or price is nothing to a shelf."""
    for record in event["Records"]:
        before, after = (_told_by(record["dynamodb"].get(image)) for image in ("OldImage", "NewImage"))
        if after is not None and not (before and after.says_the_same_as(before)):
            yield after


def _told_by(image: Mapping[str, Any] | None) -> Shelf | None:
    item = from_stream(image)
    return shelf_of(item) if item else None
