"""Updates the index from the catalogue. Safe with any number of concurrent writers.

A commit loads the manifest, reads the products, writes a changed copy, and publishes its manifest in place of the one
that was loaded. If another writer has replaced that one, the whole commit is repeated. So each commit reads the
products after the previous commit was published: it never restores an older state, and needs no lock.

A rebuild reads the whole catalogue, which takes a while. It is announced in the manifest; from then on every commit
records there which products it changed, and the rebuild reads these again before it publishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import Final, Protocol

from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict
from souk.shared.versioned import retrying
from souk.storefront.search.adapters.index.copies import LocalCopies
from souk.storefront.search.adapters.index.draft import Committed, Draft
from souk.storefront.search.adapters.index.fields import FORMAT
from souk.storefront.search.adapters.index.manifest import Manifest, PackedFile, Rebuild
from souk.storefront.search.adapters.index.s3 import Damaged, SegmentStore, StoredManifest, Superseded
from souk.storefront.search.model import IndexUnavailable, ProductDocument

_MOST_ATTEMPTS: Final = 20
"""More than usual: all writers replace one manifest, and a rebuild that gives up has read the catalogue in vain."""
_READ_AT_ONCE: Final = 990
_ORPHAN_AGE: Final = timedelta(days=1)
"""Packs of this age that the manifest does not name were left behind by a writer that died."""


class Catalogue(Protocol):
    def documents(self, product_ids: Sequence[str]) -> Mapping[str, ProductDocument | None]:
        """The current state of each product, read consistently; None: buyers must not find it."""
        ...

    def product_ids_of(self, shop_id: str) -> Iterable[str]: ...

    def all_product_ids(self) -> Iterable[str]: ...


class CatalogueIndexer:
    def __init__(
        self,
        store: SegmentStore,
        catalogue: Catalogue,
        copies: LocalCopies,
        mark_built: Callable[[], None],
        clock: Clock,
        new_id: NewId,
    ) -> None:
        """`mark_built` records, outside the index and for ever, that there has been an index."""
        self._store = store
        self._catalogue = catalogue
        self._copies = copies
        self._mark_built = mark_built
        self._is_marked = False
        self._clock = clock
        self._new_id = new_id
        self._known: StoredManifest | None = None

    def apply(self, product_ids: Iterable[str], shop_ids: Iterable[str] = ()) -> int:
        """Update these products and all products of these shops; the number that had changed.

        Raises Damaged when the index is incomplete and has to be rebuilt; IndexUnavailable.
        """
        ids = sorted({*product_ids, *(id for shop in shop_ids for id in self._catalogue.product_ids_of(shop))})
        if not ids:
            return 0
        changed = _retrying(lambda: self._apply(ids))
        self._mark()
        return changed

    def rebuild(self) -> int:
        """Rebuild the index from the whole catalogue; the number of products in it.

        Raises Conflict `superseded` when another rebuild began meanwhile; IndexUnavailable.
        """
        count = _retrying(self._rebuild)
        self._mark()
        return count

    def _mark(self) -> None:
        """Once by every writer: the writer of the first index may have died before it did this."""
        if not self._is_marked:
            self._mark_built()
            self._is_marked = True

    # One commit ------------------------------------------------------------------------------------------------------

    def _apply(self, ids: Sequence[str]) -> int:
        base = self._load()
        if base is None:
            return self._build()
        if base.manifest is None:
            raise Damaged("The search index cannot be read: it has to be rebuilt.")
        rebuild = base.manifest.running_rebuild(self._clock())
        noted = rebuild and replace(rebuild, touched=rebuild.touched | set(ids))
        try:
            return self._commit(base, base.manifest, ids, noted)
        except Damaged:
            if noted is None:
                raise
            self._publish(replace(base.manifest, commit=self._new_id(), rebuild=noted), base)
            return 0

    def _commit(self, base: StoredManifest, manifest: Manifest, ids: Sequence[str], noted: Rebuild | None) -> int:
        if manifest.meta is None:
            raise Damaged("There is no search index: it has to be rebuilt.")
        folder = self._copies.check_out(manifest, manifest.meta)
        draft = Draft.open(folder)
        changed = sum(draft.set(product_id, product) for product_id, product in self._catalogue.documents(ids).items())
        if not changed:
            return 0
        committed = draft.commit()
        files = self._upload(committed, manifest.files)
        successor = self._successor(base, committed, files, noted)
        self._publish(successor, base, new_packs=successor.packs - manifest.packs)
        self._copies.keep(successor, folder)
        return changed

    # Full builds -----------------------------------------------------------------------------------------------------

    def _build(self) -> int:
        """The first index. Raises Superseded when another writer publishes one meanwhile."""
        folder = self._copies.fresh(self._new_id())
        draft = Draft.create(folder)
        count = self._fill(draft)
        committed = draft.commit()
        successor = self._successor(None, committed, self._upload(committed, {}), None)
        self._publish(successor, None, new_packs=successor.packs)
        self._copies.keep(successor, folder)
        return count

    def _rebuild(self) -> int:
        began = self._announce()
        return self._build() if began is None else self._rebuild_beside_writers(began)

    def _announce(self) -> str | None:
        """Record in the manifest that a rebuild has begun; its id, or None when there is no manifest at all."""
        base = self._load()
        if base is None:
            return None
        rebuild = Rebuild(self._new_id(), self._clock())
        manifest = base.manifest or Manifest(FORMAT, "", None)
        self._publish(replace(manifest, commit=self._new_id(), rebuild=rebuild), base)
        return rebuild.id

    def _rebuild_beside_writers(self, rebuild_id: str) -> int:
        draft = Draft.create(self._copies.fresh(rebuild_id))
        self._fill(draft)
        committed = draft.commit()
        uploaded = self._upload(committed, {})
        count = _retrying(lambda: self._publish_rebuild(draft, uploaded, rebuild_id))
        self._remove_orphans()
        return count

    def _publish_rebuild(self, draft: Draft, uploaded: dict[str, PackedFile], rebuild_id: str) -> int:
        base = self._load()
        rebuild = base.manifest.rebuild if base and base.manifest else None
        if base is None or rebuild is None or rebuild.id != rebuild_id:
            raise Conflict("Another rebuild of the search index began meanwhile.", code="superseded")
        for product_id, product in self._read(sorted(rebuild.touched)):
            draft.set(product_id, product)
        committed = draft.commit()
        uploaded.update(self._upload(committed, uploaded))
        files = {file.name: uploaded[file.name] for file in committed.files}
        successor = self._successor(base, committed, files, None)
        self._publish(successor, base)
        return draft.count

    def _fill(self, draft: Draft) -> int:
        return sum(
            draft.set(product_id, product) for product_id, product in self._read(self._catalogue.all_product_ids())
        )

    def _read(self, ids: Iterable[str]) -> Iterator[tuple[str, ProductDocument | None]]:
        for batch in batched(ids, _READ_AT_ONCE, strict=False):
            yield from self._catalogue.documents(batch).items()

    def _remove_orphans(self) -> None:
        stored = self._load()
        if stored and stored.manifest:
            named = stored.manifest.packs | stored.manifest.retired.keys()
            old = self._store.packs_before(self._clock() - _ORPHAN_AGE)
            self._store.remove([pack for pack in old if pack not in named])

    # Storage ---------------------------------------------------------------------------------------------------------

    def _load(self) -> StoredManifest | None:
        self._known = self._store.load(self._known)
        return self._known

    def _upload(self, committed: Committed, known: Mapping[str, PackedFile]) -> dict[str, PackedFile]:
        """Where each file of a commit is stored: `known` files already are, the others are put into new packs."""
        new = self._store.put([file for file in committed.files if file.name not in known], self._new_id)
        return {file.name: known.get(file.name) or new[file.name] for file in committed.files}

    def _successor(
        self,
        base: StoredManifest | None,
        committed: Committed,
        files: Mapping[str, PackedFile],
        rebuild: Rebuild | None,
    ) -> Manifest:
        successor = Manifest(FORMAT, self._new_id(), committed.meta, files, rebuild=rebuild)
        if base is None or base.manifest is None:
            return successor
        return replace(successor, retired=base.manifest.retire(successor.packs, self._clock()))

    def _publish(self, manifest: Manifest, base: StoredManifest | None, new_packs: Iterable[str] = ()) -> None:
        """Raises Superseded; `new_packs` are deleted then, since no manifest names them."""
        try:
            self._known = self._store.publish(manifest, base)
        except Superseded:
            self._store.remove(sorted(new_packs))
            raise
        if base and base.manifest:
            self._store.remove(base.manifest.expired(self._clock()))


def _retrying[T](attempt: Callable[[], T]) -> T:
    busy = IndexUnavailable("Too many write to the search index at once.", retry_after=1)
    return retrying("search index", attempt, attempts=_MOST_ATTEMPTS, otherwise=busy)
