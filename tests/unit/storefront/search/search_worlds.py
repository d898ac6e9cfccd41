"""A bucket and a catalogue in memory, with the search index between them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, cast

from botocore.exceptions import ClientError

from souk.shared.money import Money
from souk.storefront.search.adapters.index.copies import LocalCopies
from souk.storefront.search.adapters.index.fields import FORMAT
from souk.storefront.search.adapters.index.reader import IndexReader
from souk.storefront.search.adapters.index.s3 import SegmentStore
from souk.storefront.search.adapters.index.writer import CatalogueIndexer
from souk.storefront.search.model import Found, IndexUnavailable, ProductDocument, ProductQuery
from souk.storefront.sellers.model import Rating

BEGIN = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
MANIFEST = "index/manifest"


class FakeS3:
    """The part of S3 that the index needs, tested against the same contract as moto's (store_contract).

    `before` and `after` are called around every request with the operation's name and its key.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.objects: dict[str, bytes] = {}
        self.written: dict[str, datetime] = {}
        self.requests: list[str] = []
        self.page = 1000
        self.before: Callable[[str, str], None] = lambda _operation, _key: None
        self.after: Callable[[str, str], None] = lambda _operation, _key: None
        self._clock = clock

    def get_object(self, *, Bucket: str, Key: str, Range: str = "", IfNoneMatch: str = "") -> dict[str, Any]:  # noqa: N803
        def take() -> dict[str, Any]:
            if Key not in self.objects:
                raise refusal("NoSuchKey")
            content = self.objects[Key]
            if IfNoneMatch and IfNoneMatch == etag(content):
                raise refusal("304")
            if Range:
                begin, end = (int(bound) for bound in Range.removeprefix("bytes=").split("-"))
                if begin >= len(content):
                    raise refusal("InvalidRange")
                content = content[begin : end + 1]
            return {"Body": io.BytesIO(content), "ETag": etag(self.objects[Key])}

        return self._around("get", Key, take)

    def put_object(
        self,
        *,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        Body: bytes,  # noqa: N803
        IfMatch: str = "",  # noqa: N803
        IfNoneMatch: str = "",  # noqa: N803
    ) -> dict[str, Any]:
        def put() -> dict[str, Any]:
            there = self.objects.get(Key)
            if IfMatch and there is None:
                raise refusal("NoSuchKey")
            if (IfMatch and IfMatch != etag(there or b"")) or (IfNoneMatch and there is not None):
                raise refusal("PreconditionFailed")
            self.objects[Key] = Body
            self.written[Key] = self._clock()
            return {"ETag": etag(Body)}

        return self._around("put", Key, put)

    def delete_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        return self._around("delete", Key, lambda: {"Deleted": self.objects.pop(Key, None)})

    def list_objects_v2(self, *, Bucket: str, Prefix: str, ContinuationToken: str = "") -> dict[str, Any]:  # noqa: N803
        keys = sorted(key for key in self.objects if key.startswith(Prefix) and key > ContinuationToken)
        contents = [{"Key": key, "LastModified": self.written[key]} for key in keys[: self.page]]
        more = {"IsTruncated": True, "NextContinuationToken": contents[-1]["Key"]} if len(keys) > self.page else {}
        return self._around("list", Prefix, lambda: {"Contents": contents, **more})

    @property
    def packs(self) -> set[str]:
        return {key for key in self.objects if key != MANIFEST}

    def _around(self, operation: str, key: str, request: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.requests.append(operation)
        self.before(operation, key)
        answer = request()
        self.after(operation, key)
        return answer


def etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "Request")


class FakeCatalogue:
    """Products by id. `reading` is called before each read."""

    def __init__(self) -> None:
        self.products: dict[str, ProductDocument] = {}
        self.hidden: set[str] = set()
        self.reading: Callable[[], None] = lambda: None

    def set(self, *products: ProductDocument) -> None:
        for product in products:
            known = self.products.get(product.id)
            self.products[product.id] = replace(product, revision=known.revision + 1 if known else product.revision)

    def hide(self, product_id: str) -> None:
        self.hidden.add(product_id)

    def show(self, product_id: str) -> None:
        self.hidden.discard(product_id)
        self.set(self.products[product_id])

    def documents(self, product_ids: Sequence[str]) -> dict[str, ProductDocument | None]:
        self.reading()
        return {one: None if one in self.hidden else self.products.get(one) for one in product_ids}

    def product_ids_of(self, shop_id: str) -> Iterable[str]:
        self.reading()
        return [one.id for one in self.products.values() if one.seller_id == shop_id]

    def all_product_ids(self) -> Iterable[str]:
        for one in list(self.products):
            self.reading()
            yield one


class World:
    def __init__(self, folder: Path) -> None:
        self.now = BEGIN
        self.seconds = 0.0
        self.complaints: list[IndexUnavailable] = []
        self.was_built = False
        self.s3 = FakeS3(lambda: self.now)
        self.store = SegmentStore(lambda: cast(Any, self.s3), "bucket", FORMAT)
        self.catalogue = FakeCatalogue()
        self._folder = folder
        self._numbers = count(1)

    def writer(self) -> CatalogueIndexer:
        """Another writer, on a machine of its own."""
        return CatalogueIndexer(
            self.store, self.catalogue, self._copies(), self._mark_built, lambda: self.now, self._new_id
        )

    def reader(self) -> IndexReader:
        return IndexReader(
            self.store, self._copies(), lambda: self.was_built, lambda: self.seconds, self.complaints.append
        )

    def sell(self, *products: ProductDocument) -> None:
        """Put products into the catalogue and into the index."""
        self.catalogue.set(*products)
        self.writer().apply([product.id for product in products])

    def search(self, text: str | None = None, **asked: Any) -> Found:
        """By a new reader."""
        return self.reader().search(ProductQuery(text=text, **asked))

    def titles(self, text: str | None = None, **asked: Any) -> list[str]:
        return [product.title for product in self.search(text, **asked).products]

    def indexed(self) -> dict[str, int]:
        """Id and revision of every product in the index."""
        return {product.id: product.revision for product in self.search(limit=100).products}

    def sold(self) -> dict[str, int]:
        """Id and revision of every product for sale in the catalogue."""
        return {one.id: one.revision for one in self.catalogue.products.values() if one.id not in self.catalogue.hidden}

    def _mark_built(self) -> None:
        self.was_built = True

    def _copies(self) -> LocalCopies:
        return LocalCopies(self.store, self._folder / f"machine-{next(self._numbers)}")

    def _new_id(self) -> str:
        return f"id-{next(self._numbers):06}"


def a_product(product_id: str, title: str = "Cup", **fields: Any) -> ProductDocument:
    """`price` and `rating` may be given as numbers; products with a later id are newer."""
    price, stars = fields.pop("price", 10), fields.pop("rating", ())
    given: dict[str, Any] = {
        "seller_id": "seller",
        "seller_name": "Vintage Vault",
        "description": "",
        "category_id": "other",
        "available": 1,
        "image": None,
        "created_at": BEGIN + timedelta(seconds=sum(product_id.encode())),
        "revision": 1,
        **fields,
    }
    return ProductDocument(
        product_id,
        title=title,
        price=Money(Decimal(str(price)), given.pop("currency", "USD")),
        rating=Rating(sum(stars), len(stars)),
        **given,
    )
