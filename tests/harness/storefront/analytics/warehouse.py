"""Two sellers' products in the catalogue's table, the stream of it, and whoever counts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from typing import Any, Final, cast

from souk.aws.attributes import to_attributes
from souk.aws.tables import Tables, from_stream
from souk.storefront.analytics.model.counters import Inventory
from souk.storefront.analytics.repository import ShelfRepository, TablePages
from souk.storefront.analytics.service import StockCounter
from souk.storefront.analytics.stream.product_stock import shelf_of, shelves
from souk.storefront.catalogue import keys as layout
from souk.storefront.catalogue.model import InsufficientInventory, Movement, OwnedProduct, Reason, Stock
from souk.storefront.catalogue.repository import ProductRepository
from souk.storefront.sellers.mapping import from_shop
from souk.storefront.sellers.model import Shop, Verification
from tests.functions.template import resources
from tests.harness.faults import Faults
from tests.harness.store import Record, Store
from tests.unit.storefront.catalogue.product_builders import NOW, a_product

CATALOGUE, ANALYTICS = "CatalogueTable", "AnalyticsTable"
SELLERS: Final = ("seller-anna", "seller-boris")


class Warehouse:
    """Products are numbers; every other one is Boris's. What is written waits in the store's stream."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self.store, self.faults = store, faults
        tables = Tables(cast("Any", store), pause=lambda _: None)
        self.products = ProductRepository(tables, CATALOGUE)
        self.pages = TablePages(tables, CATALOGUE, shelf_of)
        self._shelves = ShelfRepository(tables, ANALYTICS)
        self.counter = StockCounter(self._shelves)
        self._tables = tables
        self._ids = count(1)
        for seller in SELLERS:
            shop = Shop(seller, seller, Verification.UNVERIFIED, 1, NOW, NOW)
            store.put_item(TableName=CATALOGUE, Item=to_attributes(from_shop(shop)))
        store.stream.clear()

    # What sellers and orders do --------------------------------------------------------------------------------------

    def act(self, deed: str, number: int, amount: int) -> None:
        """Do it if it can be done."""
        found = self.products.find(_id(number))
        if found is None:
            self._make(number, amount)
        elif found.product.removed:
            counted = self._movement(number, amount - found.stock.available)
            self.products.save(found, replace(found.product, removed=False), NOW, counted=counted, relisted=True)
        else:
            self._go_on(deed, found, number, amount)

    def _go_on(self, deed: str, found: OwnedProduct, number: int, amount: int) -> None:
        product, movement = found.product, str(next(self._ids))
        match deed:
            case "take":
                with suppress(InsufficientInventory):
                    self._tables.commit(*layout.take(CATALOGUE, product.id, amount, "order", movement, NOW))
            case "give back":
                self._tables.commit(*layout.give_back(CATALOGUE, product.id, amount, "order", movement, NOW))
            case "set":
                counted = self._movement(number, amount - found.stock.available)
                self.products.save(found, product, NOW, counted=counted)
            case "hide":
                self.products.save(found, replace(product, is_active=not product.is_active), NOW)
            case "remove":
                self.products.remove(product, product.remove(), NOW)

    def _make(self, number: int, available: int) -> None:
        product = a_product(id=_id(number), seller_id=SELLERS[number % 2])
        owned = OwnedProduct(product, Stock(product.id, available, 1))
        self.products.add(owned, self._movement(number, available), None)

    def _movement(self, number: int, delta: int) -> Movement:
        return Movement(str(next(self._ids)), _id(number), delta, Reason.SET, NOW)

    # Who counts ------------------------------------------------------------------------------------------------------

    def told(self) -> list[Record]:
        """What the stream has for the counter, by the filter of the template; it is taken from there."""
        kept = [one for one in self.store.stream if one["dynamodb"]["Keys"]["sk"]["S"] in ("PRODUCT", "STOCK")]
        self.store.stream.clear()
        return kept

    def count(self, records: list[Record]) -> None:
        self.counter.count(shelves({"Records": records}))

    def recount(self) -> None:
        after: Mapping[str, str] | None = None
        while True:
            after = self.counter.recount(self.pages, after).following
            if after is None:
                return

    # What must hold --------------------------------------------------------------------------------------------------

    def figures(self) -> list[Inventory]:
        """As a report has them."""
        return [self._shelves.inventory(seller) for seller in SELLERS]

    def shelved(self) -> list[Inventory]:
        """What all shelves add up to."""
        items = [from_stream(item) or {} for item in self.store.items(ANALYTICS)]
        found = self._shelves.read([item["pk"].removeprefix("PRODUCT#") for item in items if item["sk"] == "SHELF"])
        return [_sum(shelf.inventory for shelf in found.values() if shelf.seller_id == one) for one in SELLERS]

    def owned(self) -> list[Inventory]:
        """What the sellers' lists of products and their stocks add up to."""
        items = {(item["pk"]["S"], item["sk"]["S"]): item for item in self.store.items(CATALOGUE)}
        figures = []
        for seller in SELLERS:
            mine = [sk for pk, sk in items if pk == f"USER#{seller}" and sk.startswith("PRODUCT#")]
            left = [int(items[product, "STOCK"]["available"]["N"]) for product in mine]
            figures.append(Inventory(len(left), sum(left), left.count(0)))
        return figures


@contextmanager
def stored() -> Iterator[tuple[Store, Faults]]:
    faults = Faults()
    tables = {name: one for name, one in resources("AWS::DynamoDB::Table").items() if name in (CATALOGUE, ANALYTICS)}
    store = Store(tables, CATALOGUE, faults)
    try:
        yield store, faults
    finally:
        store.close()


def _sum(inventories: Iterator[Inventory]) -> Inventory:
    total = Inventory()
    for one in inventories:
        total = total - (Inventory() - one)
    return total


def _id(number: int) -> str:
    return f"product-{number}"
