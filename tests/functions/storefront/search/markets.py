"""Products and shops written to the catalogue table, indexed from its stream, and searched for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from souk.aws.items import to_attributes
from souk.shared.money import Money
from souk.storefront.catalogue.keys import rating_key
from souk.storefront.catalogue.mapping import from_product, from_stock
from souk.storefront.catalogue.model import Product, Stock
from souk.storefront.sellers.mapping import from_shop
from souk.storefront.sellers.model import Shop, Verification
from tests.functions.cloud import Answer, Cloud, forget

NOW = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)


class Market:
    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._numbers = count(1)
        self._written: list[tuple[dict[str, str], dict[str, Any] | None, dict[str, Any] | None]] = []
        self._items: dict[tuple[str, str], dict[str, Any]] = {}

    # The catalogue ---------------------------------------------------------------------------------------------------

    def opens(self, shop_id: str = "ann", name: str = "Ann's", **fields: Any) -> Shop:
        shop = Shop(shop_id, name, Verification.UNVERIFIED, 1, NOW, NOW)
        return self.changes_shop(shop, **fields)

    def changes_shop(self, shop: Shop, **fields: Any) -> Shop:
        changed = replace(shop, **{"version": shop.version + 1, **fields})
        self._put(from_shop(changed))
        return changed

    def offers(
        self, title: str, *, price: Any = 10, stock: int = 1, rating: tuple[int, ...] = (), **fields: Any
    ) -> Product:
        """A new product with its stock, and its rating if it has one."""
        given: dict[str, Any] = {
            "id": f"product-{next(self._numbers):02}",
            "seller_id": "ann",
            "description": "",
            "category_id": "other",
            "created_at": NOW,
            "updated_at": NOW,
            "price": Money(Decimal(str(price)), fields.pop("currency", "USD")),
            **fields,
        }
        product = Product(title=title, **given)
        self._put(from_product(product))
        self._put({"pk": f"USER#{product.seller_id}", "sk": f"PRODUCT#{product.id}"})
        self.stocks(product, stock, 1)
        if rating:
            self._put({**rating_key(product.id), "sum": sum(rating), "count": len(rating), "version": 1})
        return product

    def changes(self, product: Product, **fields: Any) -> Product:
        changed = replace(product, version=product.version + 1, **fields)
        self._put(from_product(changed))
        return changed

    def stocks(self, product: Product, available: int, version: int) -> None:
        self._put(from_stock(Stock(product.id, available, version)))

    def _put(self, item: dict[str, Any]) -> None:
        key = {"pk": item["pk"], "sk": item["sk"]}
        self.cloud.client("dynamodb").put_item(
            TableName=self.cloud.physical["CatalogueTable"], Item=to_attributes(item)
        )
        self._written.append((key, self._items.get((item["pk"], item["sk"])), item))
        self._items[item["pk"], item["sk"]] = item

    # The index -------------------------------------------------------------------------------------------------------

    def stream(self) -> dict[str, Any]:
        """The stream's records since the last call."""
        records = [{"dynamodb": _images(*write)} for write in self._written]
        self._written.clear()
        return {"Records": records}

    def index_changes(self) -> None:
        """Index the new records, by a function that starts cold."""
        forget()
        self.cloud.invoke("index_products", self.stream())

    def search(self, **query: str) -> Answer:
        """By a function that starts cold, so that no test depends on the clock."""
        forget()
        return self.cloud.call("search_products", query=query)

    def browse(self, **query: str) -> Answer:
        forget()
        return self.cloud.call("browse_products", query=query)

    def titles(self, **query: str) -> list[str]:
        return [one["title"] for one in self.search(**query).json["data"]]

    @property
    def bucket(self) -> str:
        return self.cloud.physical["SearchBucket"]


def _images(key: dict[str, str], before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    images = {"OldImage": before, "NewImage": after}
    return {
        "Keys": to_attributes(key),
        **{name: to_attributes(image) for name, image in images.items() if image is not None},
    }
