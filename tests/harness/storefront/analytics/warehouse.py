"""Two sellers' products in the catalogue table, its stream, and the counter of their stock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from typing import Any, Final, cast

from souk.aws.items import to_attributes
from souk.aws.tables import Tables, from_stream
from souk.storefront.analytics.model.stock import Inventory
from souk.storefront.analytics.repository import StockRepository, TablePages
from souk.storefront.analytics.service import StockCounter
from souk.storefront.analytics.stream.product_stock import parse_product_stock, stock_changes
from souk.storefront.catalogue.mapping import return_units, take_units
from souk.storefront.catalogue.model import InsufficientInventory, Movement, ProductWithStock, Reason, Stock
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
    """Products are numbers; odd ones are Boris's. Records of writes wait in the store's stream."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self.store, self.faults = store, faults
        tables = Tables(cast("Any", store), pause=lambda _: None)
        self.products = ProductRepository(tables, CATALOGUE)
        self.pages = TablePages(tables, CATALOGUE, parse_product_stock)
        self._stocks = StockRepository(tables, ANALYTICS)
        self.counter = StockCounter(self._stocks)
        self._tables = tables
        self._ids = count(1)
        for seller in SELLERS:
            shop = Shop(seller, seller, Verification.UNVERIFIED, 1, NOW, NOW)
            store.put_item(TableName=CATALOGUE, Item=to_attributes(from_shop(shop)))
        store.stream.clear()

    # What sellers and orders do --------------------------------------------------------------------------------------

    def act(self, action: str, number: int, amount: int) -> None:
        """Do `action` if it is possible now."""
        found = self.products.find(_id(number))
        if found is None:
            self._make(number, amount)
        elif found.product.removed:
            counted = self._movement(number, amount - found.stock.available)
            self.products.save(found, replace(found.product, removed=False), NOW, counted=counted, relisted=True)
        else:
            self._change(action, found, number, amount)

    def _change(self, action: str, found: ProductWithStock, number: int, amount: int) -> None:
        product, movement = found.product, str(next(self._ids))
        match action:
            case "take":
                with suppress(InsufficientInventory):
                    self._tables.commit(*take_units(CATALOGUE, product.id, amount, "order", movement, NOW))
            case "give back":
                self._tables.commit(*return_units(CATALOGUE, product.id, amount, "order", movement, NOW))
            case "set":
                counted = self._movement(number, amount - found.stock.available)
                self.products.save(found, product, NOW, counted=counted)
            case "hide":
                self.products.save(found, replace(product, is_active=not product.is_active), NOW)
            case "remove":
                self.products.remove(product, product.remove(), NOW)

    def _make(self, number: int, available: int) -> None:
        product = a_product(id=_id(number), seller_id=SELLERS[number % 2])
        owned = ProductWithStock(product, Stock(product.id, available, 1))
        self.products.add(owned, self._movement(number, available), None)

    def _movement(self, number: int, delta: int) -> Movement:
        return Movement(str(next(self._ids)), _id(number), delta, Reason.SET, NOW)

    # Counting -------------------------------------------------------------------------------------------------------

    def records(self) -> list[Record]:
        """The stream's records that pass the template's filter; they are taken out of the stream."""
        kept = [one for one in self.store.stream if one["dynamodb"]["Keys"]["sk"]["S"] in ("PRODUCT", "STOCK")]
        self.store.stream.clear()
        return kept

    def count(self, records: list[Record]) -> None:
        self.counter.count(stock_changes({"Records": records}))

    def recount(self) -> None:
        after: Mapping[str, str] | None = None
        while True:
            after = self.counter.recount(self.pages, after).following
            if after is None:
                return

    # What must hold --------------------------------------------------------------------------------------------------

    def figures(self) -> list[Inventory]:
        """The inventories that a report shows."""
        return [self._stocks.inventory(seller) for seller in SELLERS]

    def summed_snapshots(self) -> list[Inventory]:
        """The sums of all stored snapshots."""
        items = [from_stream(item) or {} for item in self.store.items(ANALYTICS)]
        found = self._stocks.read([item["pk"].removeprefix("PRODUCT#") for item in items if item["sk"] == "SHELF"])
        return [_sum(stock.inventory for stock in found.values() if stock.seller_id == seller) for seller in SELLERS]

    def owned(self) -> list[Inventory]:
        """The sums over the sellers' lists of products and their stocks."""
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
