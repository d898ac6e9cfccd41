"""Searching: the newest index that there is, looked for at most once a second."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from tantivy import Index, Query, Searcher

from souk.storefront.search.adapters.index.copies import LocalCopies
from souk.storefront.search.adapters.index.fields import from_document, know_words
from souk.storefront.search.adapters.index.querying import AGGREGATIONS, ORDERS, ask
from souk.storefront.search.adapters.index.s3 import Damaged, SegmentStore, Stored
from souk.storefront.search.model import (
    PRICE_STEPS,
    Facets,
    Found,
    IndexUnavailable,
    PriceRange,
    ProductQuery,
    Sort,
)

LOOK_SECONDS: Final = 1.0
"""How long an answer may be from an index that has a successor."""
BEAR_SECONDS: Final = 60.0
"""How long an index goes on answering when its successor cannot be had."""


class IndexReader:
    """A ProductSearch. `was_built` tells whether there has ever been an index; it is asked when there is none.

    `monotonic` counts seconds; `complain` gets what goes wrong while an older index answers.
    """

    def __init__(
        self,
        store: SegmentStore,
        copies: LocalCopies,
        was_built: Callable[[], bool],
        monotonic: Callable[[], float],
        complain: Callable[[IndexUnavailable], None],
    ) -> None:
        self._store = store
        self._copies = copies
        self._was_built = was_built
        self._monotonic = monotonic
        self._complain = complain
        self._stored: Stored | None = None
        self._searcher: Searcher | None = None
        self._looked_at: float | None = None
        self._sound_at = 0.0

    def search(self, query: ProductQuery) -> Found:
        """An index that nothing was ever written to finds nothing."""
        self._look()
        if self._searcher is None:
            return Found((), 0, Facets() if query.facets else None)
        asked = ask(query, self._searcher)
        found, total = _page(self._searcher, asked, query)
        products = tuple(from_document(self._searcher.doc(address)) for _, address in found)
        return Found(products, total, _facets(self._searcher, asked) if query.facets else None)

    def _look(self) -> None:
        now = self._monotonic()
        if self._looked_at is not None and now - self._looked_at < LOOK_SECONDS:
            return
        try:
            self._renew()
            self._sound_at = now
        except IndexUnavailable as error:
            if self._searcher is None or now - self._sound_at > BEAR_SECONDS:
                raise
            self._complain(error)
        self._looked_at = now

    def _renew(self) -> None:
        stored = self._store.load(self._stored)
        if stored is None:
            if self._stored is not None or self._was_built():
                raise Damaged("The search index has vanished: it has to be built anew.")
            return
        if stored is self._stored:
            return
        if stored.manifest is None or stored.manifest.meta is None:
            raise Damaged("The search index cannot be read: it has to be built anew.")
        folder = self._copies.check_out(stored.manifest, stored.manifest.meta)
        try:
            index = know_words(Index.open(str(folder)))
            index.config_reader("manual")
            searcher = index.searcher()
        except (ValueError, OSError) as error:
            raise Damaged("The search index cannot be opened: it has to be built anew.") from error
        self._stored, self._searcher = stored, searcher
        self._copies.keep_only(stored.manifest, folder)


def _page(searcher: Searcher, asked: Query, query: ProductQuery) -> tuple[list[tuple[Any, Any]], int]:
    """The hits of a page, and the exact number of all."""
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
        field: {bucket["key"]: int(bucket["doc_count"]) for bucket in one["buckets"]}
        for field, one in searcher.aggregate(asked, AGGREGATIONS).items()
    }
    bounds: list[Decimal | None] = [None, *PRICE_STEPS, None]
    stars = counts["stars"]
    return Facets(
        categories=tuple(sorted(counts["category_id"].items(), key=_most_first)),
        prices=tuple(
            PriceRange(bounds[step], bounds[step + 1], count) for step, count in sorted(counts["price_step"].items())
        ),
        ratings=tuple((least, sum(stars.get(one, 0) for one in range(least, 6))) for least in (4, 3, 2, 1)),
        in_stock=counts["in_stock"].get(1, 0),
    )


def _most_first(category: tuple[str, int]) -> tuple[int, str]:
    return -category[1], category[0]
