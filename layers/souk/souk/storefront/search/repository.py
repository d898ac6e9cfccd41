"""Products of the catalogue table as documents for the index, and the marker that there has been an index.

pk                sk                    what
INDEX             SEARCH                the products have been indexed once
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, Final

from souk.aws.tables import Item, Put, Tables
from souk.storefront.catalogue.keys import product_key, rating_key, stock_key
from souk.storefront.catalogue.mapping import to_product
from souk.storefront.catalogue.model import LinkedImage, Product
from souk.storefront.search.model import ProductDocument
from souk.storefront.sellers.keys import shop_key
from souk.storefront.sellers.mapping import to_rating, to_shop

_AT_ONCE: Final = 33
"""Products per read: each has three items, and a read has at most a hundred."""
_SCANNED_AT_ONCE: Final = 1000
_MARKER_KEY: Final = {"pk": "INDEX", "sk": "SEARCH"}


class CatalogueRepository:
    def __init__(self, tables: Tables, table: str, *, verified_only: bool) -> None:
        self._tables = tables
        self._table = table
        self._verified_only = verified_only

    def documents(self, product_ids: Sequence[str]) -> dict[str, ProductDocument | None]:
        """The current state of each product, read consistently; None: buyers must not find it."""
        found: dict[str, ProductDocument | None] = {}
        for batch in batched(product_ids, _AT_ONCE, strict=False):
            found.update(self._documents(batch))
        return found

    def product_ids_of(self, shop_id: str) -> Iterator[str]:
        """The ids of all products of a shop."""
        owned = self._tables.query_all(
            self._table,
            "#pk = :owner AND begins_with(#sk, :product)",
            {"owner": f"USER#{shop_id}", "product": "PRODUCT#"},
        )
        for pointer in owned:
            yield pointer["sk"].removeprefix("PRODUCT#")

    def all_product_ids(self) -> Iterator[str]:
        """The ids of all products. Scans the whole table: for a rebuild, never on a request path."""
        after: Mapping[str, str] | None = None
        while True:
            page = self._tables.scan(self._table, limit=_SCANNED_AT_ONCE, after=after)
            yield from (item["id"] for item in page.items if item["sk"] == "PRODUCT")
            if page.next_key is None:
                return
            after = page.next_key

    def _documents(self, product_ids: Sequence[str]) -> Iterator[tuple[str, ProductDocument | None]]:
        keys = [key(id) for id in product_ids for key in (product_key, stock_key, rating_key)]
        items = {(item["pk"], item["sk"]): item for item in self._tables.get_many(self._table, keys)}
        products = {id: to_product(items[key]) for id in product_ids if (key := (f"PRODUCT#{id}", "PRODUCT")) in items}
        shops = self._shops({product.seller_id for product in products.values() if product.is_offered})
        for id in product_ids:
            product = products.get(id)
            shop = shops.get(product.seller_id) if product and product.is_offered else None
            if product is None or shop is None:
                yield id, None
                continue
            stock, rating = (items.get((f"PRODUCT#{id}", name)) for name in ("STOCK", "RATING"))
            yield id, self._document(product, shop, stock, rating)

    def _shops(self, ids: set[str]) -> dict[str, Item]:
        keys = [shop_key(id) for id in sorted(ids)]
        return {item["id"]: item for item in self._tables.get_many(self._table, keys)}

    def _document(
        self, product: Product, shop_item: Item, stock: Item | None, rating: Item | None
    ) -> ProductDocument | None:
        shop = to_shop(shop_item)
        if not shop.may_sell(verified_only=self._verified_only):
            return None
        return ProductDocument(
            id=product.id,
            seller_id=product.seller_id,
            seller_name=shop.shop_name,
            title=product.title,
            description=product.description,
            category_id=product.category_id,
            price=product.price,
            rating=to_rating(rating),
            available=int(stock["available"]) if stock else 0,
            image=_first_image(product),
            created_at=product.created_at,
            revision=product.version + shop.version + _version(stock) + _version(rating),
        )


class IndexMarker:
    """Records that there has been an index, so that a lost index is not mistaken for one that was never built."""

    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def set(self) -> None:
        """Success also when it is set already."""
        self._tables.put(Put(self._table, dict(_MARKER_KEY)))

    def is_set(self) -> bool:
        return self._tables.get(self._table, _MARKER_KEY) is not None


def _version(item: Mapping[str, Any] | None) -> int:
    return int(item["version"]) if item else 0


def _first_image(product: Product) -> str | None:
    for image in product.shown_images:
        return image.url if isinstance(image, LinkedImage) else image.content_hash
    return None
