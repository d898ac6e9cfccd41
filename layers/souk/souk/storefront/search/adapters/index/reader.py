"""Searching the newest index; whether there is a newer one is checked at most once a second."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from tantivy import Index, Query, Searcher

from souk.storefront.search.adapters.index.copies import LocalCopies
from souk.storefront.search.adapters.index.fields import from_document, register_tokenizers
from souk.storefront.search.adapters.index.querying import AGGREGATIONS, ORDERS, build_query
from souk.storefront.search.adapters.index.s3 import Damaged, SegmentStore, StoredManifest
from souk.storefront.search.model import (
    PRICE_STEPS,
    Facets,
    Found,
    IndexUnavailable,
    PriceRange,
    ProductQuery,
    Sort,
)

REFRESH_SECONDS: Final = 1.0
"""How long a reader answers from an index before it checks whether there is a newer one."""
STALE_SECONDS: Final = 60.0
"""How long a reader goes on answering from its index while the newest one cannot be read."""


class IndexReader:
    """A ProductSearch. `was_built` says whether there has ever been an index; it is called when there is none.

    `monotonic` counts seconds; `report_failure` gets the errors that are hidden by answers from an older index.
    """

    def __init__(
        self,
        store: SegmentStore,
        copies: LocalCopies,
        was_built: Callable[[], bool],
        monotonic: Callable[[], float],
        report_failure: Callable[[IndexUnavailable], None],
    ) -> None:
        self._store = store
        self._copies = copies
        self._was_built = was_built
        self._monotonic = monotonic
        self._report_failure = report_failure
        self._stored: StoredManifest | None = None
        self._searcher: Searcher | None = None
        self._checked_at: float | None = None
        self._fresh_at = 0.0

    def search(self, query: ProductQuery) -> Found:
        """Finds nothing before the first index is built. Raises IndexUnavailable."""
        self._refresh()
        if self._searcher is None:
            return Found((), 0, Facets() if query.facets else None)
        asked = build_query(query, self._searcher)
        found, total = _page(self._searcher, asked, query)
        products = tuple(from_document(self._searcher.doc(address)) for _, address in found)
        return Found(products, total, _facets(self._searcher, asked) if query.facets else None)

    def _refresh(self) -> None:
        now = self._monotonic()
        if self._checked_at is not None and now - self._checked_at < REFRESH_SECONDS:
            return
        try:
            self._load_newest()
            self._fresh_at = now
        except IndexUnavailable as error:
            if self._searcher is None or now - self._fresh_at > STALE_SECONDS:
                raise
            self._report_failure(error)
        self._checked_at = now

    def _load_newest(self) -> None:
        stored = self._store.load(self._stored)
        if stored is None:
            if self._stored is not None or self._was_built():
                raise Damaged("The search index has vanished: it has to be rebuilt.")
            return
        if stored is self._stored:
            return
        if stored.manifest is None or stored.manifest.meta is None:
            raise Damaged("The search index cannot be read: it has to be rebuilt.")
        folder = self._copies.check_out(stored.manifest, stored.manifest.meta)
        try:
            index = register_tokenizers(Index.open(str(folder)))
            index.config_reader("manual")
            searcher = index.searcher()
        except (ValueError, OSError) as error:
            raise Damaged("The search index cannot be opened: it has to be rebuilt.") from error
        self._stored, self._searcher = stored, searcher
        self._copies.keep_only(stored.manifest, folder)


def _page(searcher: Searcher, asked: Query, query: ProductQuery) -> tuple[list[tuple[Any, Any]], int]:
    """The hits of a page, and the exact number of all hits."""
    sort = Sort.NEWEST if query.sort is Sort.RELEVANCE and query.text is None else query.sort
    offset = (query.page - 1) * query.limit
    if sort is Sort.RELEVANCE:
        result = searcher.search(asked, query.limit, offset=offset, weight_by_field="distinction")
    else:
        field, order = ORDERS[sort]
        result = searcher.search(asked, query.limit, offset=offset, order_by_field=field, order=order)
    return result.hits, int(result.count)  # type: ignore[attr-defined]  # its stub forgets the count


def _facets(searcher: Searcher, asked: Query) -> Facets:
    counts = {
        field: {bucket["key"]: int(bucket["doc_count"]) for bucket in aggregation["buckets"]}
        for field, aggregation in searcher.aggregate(asked, AGGREGATIONS).items()
    }
    bounds: list[Decimal | None] = [None, *PRICE_STEPS, None]
    stars = counts["stars"]
    return Facets(
        categories=tuple(sorted(counts["category_id"].items(), key=_most_first)),
        prices=tuple(
            PriceRange(bounds[step], bounds[step + 1], count) for step, count in sorted(counts["price_step"].items())
        ),
        ratings=tuple((least, sum(stars.get(number, 0) for number in range(least, 6))) for least in (4, 3, 2, 1)),
        in_stock=counts["in_stock"].get(1, 0),
    )


def _most_first(category: tuple[str, int]) -> tuple[int, str]:
    return -category[1], category[0]
