"""Items and stream records of the catalogue table as snapshots of a product's stock.

A PRODUCT item has the seller and whether the product is in the shop, its STOCK item the number of units. Neither item
is ever deleted: what its owner deletes stays there, marked `removed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from souk.aws.tables import from_stream
from souk.storefront.analytics.model.stock import ProductStock
from souk.storefront.catalogue.mapping import to_product, to_stock


def parse_product_stock(item: Mapping[str, Any]) -> ProductStock | None:
    """Parses PRODUCT and STOCK items; None for any other."""
    match item["sk"]:
        case "PRODUCT":
            product = to_product(item)
            return ProductStock(product.id, product.seller_id, not product.removed, product.version)
        case "STOCK":
            stock = to_stock(item)
            return ProductStock(stock.product_id, available=stock.available, stock_version=stock.version)
    return None


def stock_changes(event: Mapping[str, Any]) -> Iterator[ProductStock]:
    """The snapshots after each record that changed one; a new title or price changes none."""
    for record in event["Records"]:
        before, after = (_parse_image(record["dynamodb"].get(image)) for image in ("OldImage", "NewImage"))
        if after is not None and not (before and after.same_state(before)):
            yield after


def _parse_image(image: Mapping[str, Any] | None) -> ProductStock | None:
    item = from_stream(image)
    return parse_product_stock(item) if item else None
