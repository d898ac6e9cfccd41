"""Products and their stock in DynamoDB.

Every write of a product raises its `version` and requires the version it was made from. A write that only a selling
shop may make is refused in its own transaction once the shop is suspended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from souk.aws.idempotency import IdempotencyKey, raise_if_recorded, write
from souk.aws.tables import Action, Check, Delete, Put, Read, Tables, Update
from souk.aws.versioned import put_changed, put_new
from souk.shared.errors import NotFound
from souk.shared.versioned import Stale, retrying
from souk.storefront.catalogue.keys import movement_key, owned_key, stock_key
from souk.storefront.catalogue.mapping import (
    from_movement,
    from_product,
    from_stock,
    move_stock,
    product_id_of,
    read_product,
    read_rating,
    read_stock,
    to_movement,
)
from souk.storefront.catalogue.model import LinkedImage, Movement, Product, ProductWithStock, Stock
from souk.storefront.sellers.mapping import shop_may_sell
from souk.storefront.sellers.model import Rating

_MOST_AT_ONCE = 50
"""Products whose stocks can be read in the same request."""
_MOST_BYTES = 2_500_000
"""Texts of a page's products: as JSON they are up to twice as much, and Lambda answers with 6 MB at most."""


class ProductRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    # Reads -----------------------------------------------------------------------------------------------------------

    def find(self, product_id: str) -> ProductWithStock | None:
        """Also one that has been removed."""
        product, stock = self._tables.read(read_product(self._table, product_id), read_stock(self._table, product_id))
        return _with_stock(product, stock)

    def get(self, seller_id: str, product_id: str) -> ProductWithStock:
        """Raises NotFound, also for another seller's product and for one that has been removed."""
        found = self.find(product_id)
        if found is None or found.product.seller_id != seller_id or found.product.removed:
            raise _no_product()
        return found

    def find_own(self, seller_id: str, product_id: str) -> Product | None:
        """A product of this seller, also one that has been removed."""
        found = self.find(product_id)
        return found.product if found and found.product.seller_id == seller_id else None

    def find_rated(self, product_id: str) -> tuple[ProductWithStock, Rating] | None:
        """A product, its stock and its rating, in one request."""
        product, stock, rating = self._tables.read(
            read_product(self._table, product_id),
            read_stock(self._table, product_id),
            read_rating(self._table, product_id),
        )
        found = _with_stock(product, stock)
        return None if found is None else (found, rating or Rating())

    def list(
        self, seller_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[ProductWithStock, ...], dict[str, str] | None]:
        """A page of a seller's products, newest first. `after` and the second answer are {"id": ...}.

        The page ends before `limit` when the texts of its products are too long for one answer.
        """
        items, following = self._tables.list_newest(self._table, owned_key, seller_id, limit=limit, after=after)
        found = self._read_several([owned_key.id_of(item) for item in items])
        kept = _fitting(found)
        return kept, following if len(kept) == len(found) else {"id": kept[-1].product.id}

    def available(self, product_id: str) -> int | None:
        """How many can be ordered, or None when there is no such product."""
        item = self._tables.get(self._table, stock_key(product_id))
        return None if item is None else int(item["available"])

    def movement(self, product_id: str, movement_id: str) -> tuple[Movement, Stock]:
        """A movement, and the stock as it is now. Raises NotFound."""
        movement, stock = self._tables.read(
            Read(self._table, movement_key(product_id, movement_id), to_movement), read_stock(self._table, product_id)
        )
        if movement is None or stock is None:
            raise NotFound("There is no such movement of stock.")
        return movement, stock

    def due(self, before: datetime | None) -> Iterator[str]:
        """Ids of products with a `due_at` until `before`, or with any if None. The index lags: read each again."""
        for item in self._tables.query_due(self._table, before):
            yield product_id_of(item)

    # Writes ----------------------------------------------------------------------------------------------------------

    def add(self, new: ProductWithStock, movement: Movement, idempotency: IdempotencyKey | None) -> None:
        """A new product with its first stock. Raises Conflict when its shop may not sell; Replayed; Stale."""
        product = new.product
        actions = (
            put_new(self._table, from_product(product)),
            put_new(self._table, from_stock(new.stock)),
            Put(self._table, from_movement(movement)),
            self._add_to_list(product),
            self._check_may_sell(product.seller_id),
        )
        write(self._tables, self._table, actions, idempotency, product.id, product.created_at)

    def save(
        self,
        before: ProductWithStock,
        after: Product,
        now: datetime,
        *,
        counted: Movement | None = None,
        relisted: bool = False,
        idempotency: IdempotencyKey | None = None,
        result_id: str | None = None,
    ) -> ProductWithStock:
        """Store `after`, made from `before`; answers it with its new version.

        With `counted` the stock is set to what that movement leads to, unless it has changed since. `relisted`: the
        product had been removed. A replay of the call answers from `result_id`, or the product's id.
        Raises Stale; Conflict when its shop may not sell; Replayed.
        """
        saved = replace(after, version=before.product.version + 1, updated_at=now)
        stock = before.stock if counted is None else before.stock.set_to(before.stock.available + counted.delta)
        actions = (
            put_changed(self._table, from_product(saved), before.product.version),
            *(() if counted is None else self._set_stock(before.stock, stock, counted)),
            *((self._add_to_list(saved),) if relisted else ()),
            self._check_may_sell(saved.seller_id),
        )
        write(self._tables, self._table, actions, idempotency, result_id or saved.id, now)
        return ProductWithStock(saved, stock)

    def change(
        self, seller_id: str, product_id: str, now: datetime, decide: Callable[[Product], Product]
    ) -> Product | None:
        """What the system does to a product: read, decide and `settle`, again after a conflict.

        None: this seller has no such product.
        """

        def attempt() -> Product | None:
            product = self.find_own(seller_id, product_id)
            decided = decide(product) if product else None
            if product is None or decided is None or decided is product:
                return product
            return self.settle(product, decided, now)

        return retrying("product", attempt)

    def settle(self, before: Product, after: Product, now: datetime) -> Product:
        """Store what the system did to a product, also while its shop may not sell. Raises Stale."""
        saved = replace(after, version=before.version + 1, updated_at=now)
        self._tables.put(put_changed(self._table, from_product(saved), before.version))
        return saved

    def remove(self, before: Product, removed: Product, now: datetime) -> None:
        """Take it from its owner's list; the product itself stays. Raises Stale."""
        saved = replace(removed, version=before.version + 1, updated_at=now)
        unlisted = Delete(self._table, owned_key(before.seller_id, before.id))
        self._tables.commit(put_changed(self._table, from_product(saved), before.version), unlisted)

    def move(self, seller_id: str, movement: Movement, idempotency: IdempotencyKey | None) -> None:
        """Change the stock of one of a seller's products.

        Raises NotFound, InsufficientInventory, Conflict when the shop may not sell, Replayed.
        """
        owner = Check(
            self._table,
            owned_key(seller_id, movement.product_id),
            condition="attribute_exists(#pk)",
            otherwise=_no_product(),
        )
        actions = (owner, self._check_may_sell(seller_id), *move_stock(self._table, movement))
        write(self._tables, self._table, actions, idempotency, movement.id, movement.at)

    def raise_if_recorded(self, key: IdempotencyKey, now: datetime) -> None:
        """Raises Replayed or IdempotencyKeyReused if `key` was used before."""
        raise_if_recorded(self._tables, self._table, key, now)

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _read_several(self, ids: Sequence[str]) -> tuple[ProductWithStock, ...]:
        found: list[ProductWithStock] = []
        for start in range(0, len(ids), _MOST_AT_ONCE):
            some = ids[start : start + _MOST_AT_ONCE]
            items = self._tables.read(
                *(read_product(self._table, product_id) for product_id in some),
                *(read_stock(self._table, product_id) for product_id in some),
            )
            stocks = {item.product_id: item for item in items if isinstance(item, Stock)}
            products = [item for item in items if isinstance(item, Product)]
            found += [ProductWithStock(product, stocks[product.id]) for product in products if product.id in stocks]
        return tuple(found)

    def _set_stock(self, before: Stock, after: Stock, movement: Movement) -> tuple[Action, ...]:
        changed = Update(
            self._table,
            stock_key(before.product_id),
            "SET #available = :available, #version = :version",
            condition="#version = :expected",
            values={"available": after.available, "version": after.version, "expected": before.version},
            otherwise=Stale(),
        )
        return changed, Put(self._table, from_movement(movement))

    def _add_to_list(self, product: Product) -> Put:
        return Put(self._table, {**owned_key(product.seller_id, product.id), "id": product.id})

    def _check_may_sell(self, seller_id: str) -> Check:
        return shop_may_sell(self._table, seller_id, verified_only=False)


def _with_stock(product: Product | None, stock: Stock | None) -> ProductWithStock | None:
    return ProductWithStock(product, stock) if product and stock else None


def _fitting(found: tuple[ProductWithStock, ...]) -> tuple[ProductWithStock, ...]:
    """As many of the first as fit into an answer. One always fits."""
    size = 0
    for number, listed in enumerate(found):
        links = (image.url for image in listed.product.images if isinstance(image, LinkedImage))
        size += sum(len(text.encode()) for text in (listed.product.description, *links))
        if size > _MOST_BYTES:
            return found[:number]
    return found


def _no_product() -> NotFound:
    return NotFound("There is no such product.")
