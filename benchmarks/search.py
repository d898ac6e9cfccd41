"""The product search over made-up catalogues: how long the whole function takes, how large the index is, how soon new
products are found.

The function is called as Lambda calls it: its event is parsed, the query made, everything counted, every facet too, and
the answer encoded. S3 is in this process's memory: what the network adds is in the notes and not measured here.

The bar is on a ratio, which holds on any machine: the function beside bare Tantivy, which is asked for the same words,
filters and order in its own query language, counts the same, and reads the stored documents (docs/adr/0021).
"""

from __future__ import annotations

import io
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from tantivy import Document, Index, Order, SchemaBuilder

from benchmarks.rows import Row
from souk.shared.money import Money
from souk.storefront.catalogue.model import CATEGORIES
from souk.storefront.search.adapters.index.reader import REFRESH_SECONDS
from souk.storefront.search.model import ProductDocument, ProductQuery
from souk.storefront.sellers.model import Rating
from tests.unit.storefront.search.search_worlds import FakeCatalogue, World
from tooling.contract.template import event_file

SIZES: Final = (10_000, 100_000, 1_000_000)
_ROUNDS: Final = 6
_MB: Final = 1_000_000
_WORDS: Final = 8_000
_PAGE: Final = 20
_BARE_HEAP: Final = 1_000_000_000  # bytes; enough for one segment of the largest catalogue
_BARE_FACETS: Final = {
    field: {"terms": {"field": field, "size": 1000}} for field in ("category_id", "price_step", "stars", "in_stock")
}


def measure() -> list[Row]:
    rows: list[Row] = []
    for size in SIZES:
        with TemporaryDirectory() as folder:
            rows += _of_size(size, Path(folder))
    return rows


def _of_size(size: int, folder: Path) -> list[Row]:
    world = World(folder)
    world.catalogue = catalogue = MadeUpCatalogue(size)
    began = time.perf_counter()
    world.writer().rebuild()
    built = time.perf_counter() - began
    stored = sum(len(content) for content in world.s3.objects.values())
    of_size = f"of {size:,} products"
    timings = _searches(world, BareTantivy(catalogue, folder / "bare"))
    middle, bare = statistics.median(timings.function), statistics.median(timings.bare)
    found = _until_found(world)
    return [
        Row(f"search {of_size}, facets counted, p50", middle, "ms", f"{len(timings.function)} searches"),
        Row(f"search {of_size} / bare Tantivy, p50", middle / bare, "x", f"bare Tantivy takes {bare:.2g} ms"),
        Row(f"search {of_size}, facets counted, p99", timings.function[len(timings.function) * 99 // 100], "ms"),
        Row(f"search {of_size}, without facets, p50", statistics.median(timings.plain), "ms"),
        Row(f"search index {of_size}", stored / _MB, "MB", f"built in {built:.1f} s"),
        Row(
            f"new product among {size:,} found after",
            REFRESH_SECONDS + found.written + found.renewed,
            "s",
            f"{REFRESH_SECONDS:g} s until readers look, {found.written * 1000:.0f} ms to write, "
            f"{found.renewed * 1000:.0f} ms to take over; stream and network come on top",
        ),
    ]


# Searches ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds, ascending: of the function with facets, of it without, and of bare Tantivy with facets."""

    function: Sequence[float]
    plain: Sequence[float]
    bare: Sequence[float]


def _searches(world: World, bare: BareTantivy) -> Timings:
    with _function(world) as call:
        asks: dict[str, Callable[[dict[str, str]], None]] = {
            "function": lambda query: call({**query, "facets": "true"}),
            "plain": call,
            "bare": bare.search,
        }
        taken: dict[str, list[float]] = {name: [] for name in asks}
        for query in QUERIES:
            for ask in asks.values():
                ask(query)  # warm: files are read, shapes are built
        # One after the other for each query, so that a slow moment of the machine meets all of them.
        for _ in range(_ROUNDS):
            for query in QUERIES:
                for name, ask in asks.items():
                    taken[name].append(_timed(ask, query))
    return Timings(**{name: sorted(times) for name, times in taken.items()})


@contextmanager
def _function(world: World) -> Iterator[Any]:
    """GET /products with a query, over the index of `world`."""
    from functions.storefront.search import search_products

    event = json.loads(event_file("search_products").read_text())
    context = SimpleNamespace(function_name="SearchProductsFunction")
    reader = world.reader()

    def call(query: dict[str, str]) -> None:
        asked = {**event, "queryStringParameters": query}
        answer = search_products.handler(asked, context)
        assert answer["statusCode"] == 200, answer

    with patch.object(search_products, "product_search", lambda: reader), redirect_stdout(io.StringIO()):
        yield call


def _timed(ask: Callable[[dict[str, str]], None], query: dict[str, str]) -> float:
    """Milliseconds of this thread: it waits for nothing, and what else runs on the machine does not count."""
    began = time.thread_time()
    ask(query)
    return (time.thread_time() - began) * 1000


# Bare Tantivy --------------------------------------------------------------------------------------------------------


class BareTantivy:
    """An index of its own, with Tantivy's defaults: exact words only, and nothing is made of what it answers."""

    def __init__(self, catalogue: MadeUpCatalogue, folder: Path) -> None:
        builder = SchemaBuilder()
        for name in ("title", "description"):
            builder.add_text_field(name)
        builder.add_text_field("category_id", tokenizer_name="raw", fast=True)
        for name in ("price", "price_step", "rating", "stars", "in_stock"):
            builder.add_integer_field(name, indexed=True, fast=True)
        builder.add_bytes_field("document", stored=True)
        folder.mkdir()
        self._index = Index(builder.build(), str(folder))
        writer = self._index.writer(heap_size=_BARE_HEAP, num_threads=1)
        for product_id in catalogue.all_product_ids():
            writer.add_document(_bare_document(catalogue.document(product_id)))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, query: dict[str, str]) -> None:
        asked = self._index.parse_query(_in_tantivys_language(query), ["title", "description"])
        field, _, direction = query.get("sort", "").partition("_")
        offset = _PAGE * (int(query.get("page", 1)) - 1)
        result = self._searcher.search(
            asked,
            _PAGE,
            offset=offset,
            order_by_field=field or None,
            order=Order.Asc if direction == "asc" else Order.Desc,
        )
        self._searcher.aggregate(asked, _BARE_FACETS)
        for _, address in result.hits:
            self._searcher.doc(address)


def _bare_document(product: ProductDocument) -> Document:
    rating = int((product.rating.average or 0) * 10)
    return Document(
        title=product.title,
        description=product.description,
        category_id=product.category_id,
        price=product.price.minor,
        price_step=len(str(product.price.minor)),
        rating=rating,
        stars=rating // 10,
        in_stock=int(product.available > 0),
        document=json.dumps(asdict(product), default=str).encode(),
    )


def _in_tantivys_language(query: dict[str, str]) -> str:
    clauses = [f"+{word}" for word in query.get("search", "").split()]
    if "category_id" in query:
        clauses.append(f"+category_id:{query['category_id']}")
    if "min_price" in query:
        clauses.append(f"+price:[{query['min_price']}00 TO {query['max_price']}00]")
    if "min_rating" in query:
        clauses.append(f"+rating:[{query['min_rating']}0 TO 50]")
    if "in_stock" in query:
        clauses.append("+in_stock:1")
    return " ".join(clauses)


# Freshness -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """Seconds."""

    written: float
    renewed: float


def _until_found(world: World) -> Found:
    """Medians of five new products, each written by a writer and found by a reader that run already."""
    writer, reader = world.writer(), world.reader()
    catalogue = world.catalogue
    assert isinstance(catalogue, MadeUpCatalogue)
    reader.search(ProductQuery())
    writer.apply([catalogue.add()])  # warm: the files are here
    written, renewed = [], []
    for _ in range(5):
        newest = catalogue.add()
        world.seconds += REFRESH_SECONDS
        began = time.perf_counter()
        writer.apply([newest])
        written.append(time.perf_counter() - began)
        began = time.perf_counter()
        found = reader.search(ProductQuery(text=catalogue.document(newest).title))
        renewed.append(time.perf_counter() - began)
        assert newest in {product.id for product in found.products}
    return Found(sorted(written)[2], sorted(renewed)[2])


# Made up -------------------------------------------------------------------------------------------------------------


class MadeUpCatalogue(FakeCatalogue):
    """Products by number, made when they are read: titles of five words, descriptions of twenty-five."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def add(self) -> str:
        """One more; its id."""
        self._size += 1
        return str(self._size - 1)

    def documents(self, product_ids: Sequence[str]) -> dict[str, ProductDocument | None]:
        return {one: self.document(one) for one in product_ids}

    def all_product_ids(self) -> Iterable[str]:
        return (str(number) for number in range(self._size))

    def document(self, product_id: str) -> ProductDocument:
        chance = random.Random(product_id)
        count = chance.randrange(20)
        return ProductDocument(
            id=product_id,
            seller_id=f"seller-{chance.randrange(1000)}",
            seller_name="A shop",
            title=_text(chance, 5),
            description=_text(chance, 25),
            category_id=chance.choice(CATEGORIES).id,
            price=Money.from_minor(chance.randrange(100, 200_000), "USD"),
            rating=Rating(chance.randint(count, 5 * count), count),
            available=chance.randrange(5),
            image=f"{chance.getrandbits(256):064x}",
            created_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(10**7)),
            revision=1,
        )


def _text(chance: random.Random, length: int) -> str:
    return " ".join(chance.choices(_vocabulary(), cum_weights=_weights(), k=length))


@cache
def _vocabulary() -> list[str]:
    """Words of two to four syllables."""
    chance = random.Random(1)
    syllables = [first + second for first in "bcdfghklmnprstvw" for second in ("a", "e", "i", "o", "u", "an", "er")]
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        words["".join(chance.choices(syllables, k=chance.randint(2, 4)))] = None
    return list(words)


@cache
def _weights() -> list[float]:
    """Few words are frequent and most are rare (Zipf)."""
    total, sums = 0.0, []
    for place in range(1, _WORDS + 1):
        total += 1 / (place + 20)
        sums.append(total)
    return sums


def _queries() -> Iterator[dict[str, str]]:
    """What buyers ask: words mostly, with filters and orders, unfinished and misspelt ones, and pages without any."""
    chance = random.Random(2)
    for _ in range(40):
        one, other = chance.choices(_vocabulary(), cum_weights=_weights(), k=2)
        category = chance.choice(CATEGORIES).id
        yield {"search": one}
        yield {"search": f"{one} {other}"}
        yield {"search": one, "sort": "price_asc"}
        yield {"search": one, "category_id": category, "min_price": "20", "max_price": "900", "in_stock": "true"}
        yield {"search": one[:-1]}
        yield {"search": f"{one[:2]}x{one[2:]}"}
        yield {"search": one, "min_rating": "3", "sort": "rating", "page": "2"}
        yield {"category_id": category}


QUERIES: Final = tuple(_queries())


def main() -> int:
    from benchmarks.rows import table

    rows = measure()
    print(table(rows))
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
