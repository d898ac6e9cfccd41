"""The product search: the reader and the writer of its index."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import sellers, storage

if TYPE_CHECKING:
    from pathlib import Path

    from souk.storefront.search.adapters.index.s3 import SegmentStore
    from souk.storefront.search.adapters.index.writer import CatalogueIndexer
    from souk.storefront.search.model import IndexUnavailable, ProductSearch
    from souk.storefront.search.repository import IndexMarker


@cache
def product_search() -> ProductSearch:
    import time

    from souk.storefront.search.adapters.index.copies import LocalCopies
    from souk.storefront.search.adapters.index.reader import IndexReader

    store = _store()
    # The marker's client is slow to make, and needed only while there is no index.
    return IndexReader(
        store, LocalCopies(store, _own_folder()), lambda: _marker().is_set(), time.monotonic, _report_failure
    )


@cache
def catalogue_indexer() -> CatalogueIndexer:
    from souk.aws.settings import setting
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.search.adapters.index.copies import LocalCopies
    from souk.storefront.search.adapters.index.writer import CatalogueIndexer
    from souk.storefront.search.repository import CatalogueRepository

    store = _store()
    catalogue = CatalogueRepository(
        storage.tables(), setting("SOUK_CATALOGUE_TABLE"), verified_only=sellers.verified_only()
    )
    copies = LocalCopies(store, _own_folder())
    return CatalogueIndexer(store, catalogue, copies, _marker().set, utc_now, new_id)


@cache
def _marker() -> IndexMarker:
    from souk.aws.settings import setting
    from souk.storefront.search.repository import IndexMarker

    return IndexMarker(storage.tables(), setting("SOUK_CATALOGUE_TABLE"))


@cache
def _store() -> SegmentStore:
    from souk.aws.clients import client
    from souk.aws.settings import setting
    from souk.storefront.search.adapters.index.fields import FORMAT
    from souk.storefront.search.adapters.index.s3 import SegmentStore

    return SegmentStore(lambda: client("s3"), setting("SOUK_SEARCH_BUCKET"), FORMAT)


def _own_folder() -> Path:
    """A temporary folder, deleted with this process: in the local cloud functions share one file system."""
    import atexit
    from pathlib import Path
    from tempfile import TemporaryDirectory

    folder = TemporaryDirectory(prefix="souk-search-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)


def _report_failure(error: IndexUnavailable) -> None:
    from souk.aws.logging import logger

    logger().warning("search index not refreshed", extra={"error": error.code, "detail": error.detail})
