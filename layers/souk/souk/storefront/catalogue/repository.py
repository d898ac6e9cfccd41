"""Products and their stock in DynamoDB; keys and items are `layout`'s.

Every write of a product counts its `version` and is conditional on the version it was made from. A write that only a
shop may make that sells is refused in its own transaction once the shop is suspended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from souk.aws.idempotency import IdempotencyKey, raise_if_recorded, record
from souk.aws.tables import Action, Check, Delete, Item, Put, Tables, Update
from souk.shared.errors import NotFound
from souk.shared.versioned import Stale
from souk.storefront.catalogue.keys import (
    from_movement,
    from_product,
    from_stock,
    move,
    movement_key,
    owned_key,
    product_key,
    rating_key,
    stock_key,
    to_movement,
    to_product,
    to_stock,
)
from souk.storefront.catalogue.model import LinkedImage, Movement, OwnedProduct, Product, Stock
from souk.storefront.sellers.keys import shop_may_sell
from souk.storefront.sellers.model import Rating

_PREFIX = "PRODUCT#"
_MOST_AT_ONCE = 50
"""Products of which the stocks can be read in the same request."""
_MOST_BYTES = 2_500_000
"""Texts of a page's products: as JSON they are up to twice as much, and Lambda answers with 6 MB at most."""


StaleProduct = Stale


class ProductRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    # Reads -----------------------------------------------------------------------------------------------------------

    def find(self, product_id: str) -> OwnedProduct | None:
        """Also one that has been removed."""
        found = self._read((product_key(product_id), stock_key(product_id)))
        return _owned(found, product_id)

    def get(self, seller_id: str, product_id: str) -> OwnedProduct:
        """Raises NotFound, also for another seller's and for one that has been removed."""
        owned = self.find(product_id)
        if owned is None or owned.product.seller_id != seller_id or owned.product.removed:
            raise _no_product()
        return owned

    def rated(self, product_id: str) -> tuple[OwnedProduct, Rating] | None:
        """A product, its stock and its rating, in one request."""
        found = self._read((product_key(product_id), stock_key(product_id), rating_key(product_id)))
        owned, rating = _owned(found, product_id), found.get((f"{_PREFIX}{product_id}", "RATING"))
        if owned is None:
            return None
        return owned, Rating(int(rating["sum"]), int(rating["count"])) if rating else Rating()

    def list(
        self, seller_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[OwnedProduct, ...], dict[str, str] | None]:
        """A page of a seller's products, newest first. `after` and the second answer are {"id": ...}.

        It ends before `limit` when its products say more than fits into an answer.
        """
        page = self._tables.query(
            self._table,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            {"pk": f"USER#{seller_id}", "prefix": _PREFIX},
            newest_first=True,
            limit=limit,
            after=owned_key(seller_id, after["id"]) if after else None,
        )
        ids = [_id_of(item["sk"]) for item in page.items]
        following = {"id": _id_of(page.next_key["sk"])} if page.next_key else None
        found = self._several(ids)
        kept = _fitting(found)
        return kept, following if len(kept) == len(found) else {"id": kept[-1].product.id}

    def available(self, product_id: str) -> int | None:
        """How many can be ordered; None: there is no such product."""
        item = self._tables.get(self._table, stock_key(product_id))
        return None if item is None else int(item["available"])

    def movement(self, product_id: str, movement_id: str) -> tuple[Movement, Stock]:
        """A movement, and the stock as it is now. Raises NotFound."""
        found = self._read((movement_key(product_id, movement_id), stock_key(product_id)))
        if len(found) != 2:
            raise NotFound("There is no such movement of stock.")
        items = {pk_sk[1]: item for pk_sk, item in found.items()}
        stock = to_stock(items.pop("STOCK"))
        [item] = items.values()
        return to_movement(item), stock

    def due(self, before: datetime | None) -> Iterator[str]:
        """Ids of products whose `due_at` has come; of all that have one when `before` is None. May be over already."""
        from souk.aws.due import due_items

        for item in due_items(self._tables, self._table, before):
            yield _id_of(item["pk"])

    # Writes ----------------------------------------------------------------------------------------------------------

    def add(self, owned: OwnedProduct, movement: Movement, idempotency: IdempotencyKey | None) -> None:
        """A new product with its first stock. Raises Conflict when its shop must not sell; Replayed; StaleProduct."""
        product = owned.product
        self._commit(
            idempotency,
            product.created_at,
            product.id,
            self._new(from_product(product)),
            self._new(from_stock(owned.stock)),
            Put(self._table, from_movement(movement)),
            self._list(product),
            self._may_sell(product),
        )

    def save(
        self,
        before: OwnedProduct,
        after: Product,
        now: datetime,
        *,
        counted: Movement | None = None,
        relisted: bool = False,
        idempotency: IdempotencyKey | None = None,
        made: str | None = None,
    ) -> OwnedProduct:
        """Store `after`, made from `before`; answers it with its new version.

        With `counted` its stock becomes what the movement makes of it, if nobody moved it meanwhile. `relisted`: it
        had been removed. `made` is what a replay of the call will be told, instead of the product's id.
        Raises StaleProduct; Conflict when its shop must not sell; Replayed.
        """
        saved = replace(after, version=before.product.version + 1, updated_at=now)
        stock = before.stock if counted is None else before.stock.moved_to(before.stock.available + counted.delta)
        counting = () if counted is None else self._count(before.stock, stock, counted)
        listing = (self._list(saved),) if relisted else ()
        put = self._put(before.product, saved)
        self._commit(idempotency, now, made or saved.id, put, *counting, *listing, self._may_sell(saved))
        return OwnedProduct(saved, stock)

    def change(self, product_id: str, now: datetime, decide: Callable[[Product], Product]) -> Product | None:
        """What happens to a product by itself: read, decide, `settle`, again while others write in between.

        None: there is no such product.
        """
        while (owned := self.find(product_id)) is not None:
            decided = decide(owned.product)
            if decided is owned.product:
                return decided
            try:
                return self.settle(owned.product, decided, now)
            except StaleProduct:
                continue
        return None

    def settle(self, before: Product, after: Product, now: datetime) -> Product:
        """Store what happened to a product by itself, whatever its shop's standing. Raises StaleProduct."""
        saved = replace(after, version=before.version + 1, updated_at=now)
        self._tables.put(self._put(before, saved))
        return saved

    def remove(self, before: Product, removed: Product, now: datetime) -> None:
        """Take it from its owner's list; the product itself stays. Raises StaleProduct."""
        saved = replace(removed, version=before.version + 1, updated_at=now)
        pointer = Delete(self._table, owned_key(before.seller_id, before.id))
        self._tables.commit(self._put(before, saved), pointer)

    def move(self, seller_id: str, movement: Movement, idempotency: IdempotencyKey | None) -> None:
        """Move the stock of one of a seller's products.

        Raises NotFound, InsufficientInventory, Conflict when the shop must not sell, Replayed.
        """
        owner = Check(
            self._table,
            owned_key(seller_id, movement.product_id),
            condition="attribute_exists(#pk)",
            otherwise=_no_product(),
        )
        may_sell = shop_may_sell(self._table, seller_id, verified_only=False)
        self._commit(idempotency, movement.at, movement.id, owner, may_sell, *move(self._table, movement))

    def raise_if_done(self, key: IdempotencyKey, now: datetime) -> None:
        """Raise as writing the record of `key` would: Replayed or IdempotencyKeyReused; nothing when it is new."""
        raise_if_recorded(self._tables, self._table, key, now)

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _read(self, keys: Sequence[Mapping[str, str]]) -> dict[tuple[str, str], Item]:
        return {(item["pk"], item["sk"]): item for item in self._tables.get_many(self._table, keys)}

    def _several(self, ids: Sequence[str]) -> tuple[OwnedProduct, ...]:
        products: tuple[OwnedProduct, ...] = ()
        for start in range(0, len(ids), _MOST_AT_ONCE):
            some = ids[start : start + _MOST_AT_ONCE]
            found = self._read([key for one in some for key in (product_key(one), stock_key(one))])
            products += tuple(owned for one in some if (owned := _owned(found, one)) is not None)
        return products

    def _new(self, item: Item) -> Put:
        return Put(self._table, item, condition="attribute_not_exists(#pk)", otherwise=StaleProduct())

    def _put(self, before: Product, saved: Product) -> Put:
        return Put(
            self._table,
            from_product(saved),
            condition="#version = :expected",
            values={"expected": before.version},
            otherwise=StaleProduct(),
        )

    def _count(self, before: Stock, after: Stock, movement: Movement) -> tuple[Action, ...]:
        counted = Update(
            self._table,
            stock_key(before.product_id),
            "SET #available = :available, #version = :version",
            condition="#version = :expected",
            values={"available": after.available, "version": after.version, "expected": before.version},
            otherwise=StaleProduct(),
        )
        return counted, Put(self._table, from_movement(movement))

    def _list(self, product: Product) -> Put:
        """That it is its seller's."""
        return Put(self._table, {**owned_key(product.seller_id, product.id), "id": product.id})

    def _may_sell(self, product: Product) -> Check:
        return shop_may_sell(self._table, product.seller_id, verified_only=False)

    def _commit(self, idempotency: IdempotencyKey | None, now: datetime, made: str, *actions: Action) -> None:
        # The record first: a repeated call must find its answer, not the state that it made itself.
        claims = (record(self._table, idempotency, made, now),) if idempotency else ()
        self._tables.commit(*claims, *actions)


def _owned(found: Mapping[tuple[str, str], Item], product_id: str) -> OwnedProduct | None:
    product, stock = (found.get((f"{_PREFIX}{product_id}", kind)) for kind in ("PRODUCT", "STOCK"))
    return OwnedProduct(to_product(product), to_stock(stock)) if product and stock else None


def _fitting(found: tuple[OwnedProduct, ...]) -> tuple[OwnedProduct, ...]:
    """As many of the first as fit into an answer; one always does."""
    size = 0
    for number, owned in enumerate(found):
        links = (image.url for image in owned.product.images if isinstance(image, LinkedImage))
        size += sum(len(text.encode()) for text in (owned.product.description, *links))
        if size > _MOST_BYTES:
            return found[:number]
    return found


def _id_of(key: str) -> str:
    return key.removeprefix(_PREFIX)


def _no_product() -> NotFound:
    return NotFound("There is no such product.")
