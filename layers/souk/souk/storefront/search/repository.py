"""Products as the catalogue's table has them, for the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, Final

from souk.aws.tables import Item, Tables
from souk.storefront.catalogue.keys import product_key, rating_key, stock_key, to_product
from souk.storefront.catalogue.model import LinkedImage, Product
from souk.storefront.search.model import ProductDocument
from souk.storefront.sellers.keys import shop_key
from souk.storefront.sellers.mapping import to_rating, to_shop

_AT_ONCE: Final = 33
"""Products of one read: three items of each, of a hundred at most."""
_SCANNED_AT_ONCE: Final = 1000


class CatalogueRepository:
    def __init__(self, tables: Tables, table: str, *, verified_only: bool) -> None:
        self._tables = tables
        self._table = table
        self._verified_only = verified_only

    def documents(self, product_ids: Sequence[str]) -> dict[str, ProductDocument | None]:
        """Each product as it is now, read consistently; None: buyers must not find it."""
        found: dict[str, ProductDocument | None] = {}
        for some in batched(product_ids, _AT_ONCE, strict=False):
            found.update(self._documents(some))
        return found

    def product_ids_of(self, shop_id: str) -> Iterator[str]:
        """Every product of a shop."""
        owned = self._tables.query_all(
            self._table,
            "#pk = :owner AND begins_with(#sk, :product)",
            {"owner": f"USER#{shop_id}", "product": "PRODUCT#"},
        )
        for pointer in owned:
            yield pointer["sk"].removeprefix("PRODUCT#")

    def all_product_ids(self) -> Iterator[str]:
        """Every product there is. Reads the whole table: for a rebuild, never on a request path."""
        after: Mapping[str, str] | None = None
        while True:
            page = self._tables.scan(self._table, limit=_SCANNED_AT_ONCE, after=after)
            yield from (item["id"] for item in page.items if item["sk"] == "PRODUCT")
            if page.next_key is None:
                return
            after = page.next_key

    def _documents(self, product_ids: Sequence[str]) -> Iterator[tuple[str, ProductDocument | None]]:
        keys = [key(one) for one in product_ids for key in (product_key, stock_key, rating_key)]
        items = {(item["pk"], item["sk"]): item for item in self._tables.get_many(self._table, keys)}
        products = {
            one: to_product(items[found]) for one in product_ids if (found := (f"PRODUCT#{one}", "PRODUCT")) in items
        }
        shops = self._shops({product.seller_id for product in products.values() if product.is_offered})
        for one in product_ids:
            product = products.get(one)
            shop = shops.get(product.seller_id) if product and product.is_offered else None
            if product is None or shop is None:
                yield one, None
                continue
            stock, rating = (items.get((f"PRODUCT#{one}", name)) for name in ("STOCK", "RATING"))
            yield one, self._document(product, shop, stock, rating)

    def _shops(self, ids: set[str]) -> dict[str, Item]:
        keys = [shop_key(one) for one in sorted(ids)]
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


def _version(item: Mapping[str, Any] | None) -> int:
    return int(item["version"]) if item else 0


def _first_image(product: Product) -> str | None:
    for image in product.shown_images:
        return image.url if isinstance(image, LinkedImage) else image.content_hash
    return None
