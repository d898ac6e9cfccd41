"""Keeping the index up with the catalogue, however many writers run at once.

A commit is: load the manifest, read the products, write a changed copy, publish its manifest in the place of the one
that was loaded. When that one has been replaced meanwhile, all of it is done again. So the reading of each commit comes
after the publishing of the one before: none puts back an older state, and none needs to know of another.

A rebuild reads the whole catalogue, which takes a while. It announces itself in the manifest; from then on every
commit notes there which products it touched, and the rebuild reads these again before it publishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import Final, Protocol

from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict
from souk.storefront.search.adapters.index.copies import LocalCopies
from souk.storefront.search.adapters.index.draft import Committed, Draft
from souk.storefront.search.adapters.index.fields import FORMAT
from souk.storefront.search.adapters.index.manifest import Manifest, Piece, Rebuild
from souk.storefront.search.adapters.index.s3 import Damaged, SegmentStore, Stored, Superseded
from souk.storefront.search.model import IndexUnavailable, ProductDocument

_MOST_ATTEMPTS: Final = 20
_READ_AT_ONCE: Final = 990
_ORPHAN_AGE: Final = timedelta(days=1)
"""Packs of this age that no manifest names were left behind by a writer that died."""


class Catalogue(Protocol):
    def documents(self, product_ids: Sequence[str]) -> Mapping[str, ProductDocument | None]:
        """Each product as it is now, read consistently; None: buyers must not find it."""
        ...

    def product_ids_of(self, shop_id: str) -> Iterable[str]: ...

    def all_product_ids(self) -> Iterable[str]: ...


class CatalogueIndexer:
    def __init__(
        self,
        store: SegmentStore,
        catalogue: Catalogue,
        copies: LocalCopies,
        note_built: Callable[[], None],
        clock: Clock,
        new_id: NewId,
    ) -> None:
        """`note_built` keeps it for ever, apart from the index, that there has been one."""
        self._store = store
        self._catalogue = catalogue
        self._copies = copies
        self._note_built = note_built
        self._has_noted = False
        self._clock = clock
        self._new_id = new_id
        self._known: Stored | None = None

    def apply(self, product_ids: Iterable[str], shop_ids: Iterable[str] = ()) -> int:
        """Bring these products and all products of these shops up to date; answers how many had changed.

        Raises Damaged when the index is not whole and has to be built anew.
        """
        ids = sorted({*product_ids, *(one for shop in shop_ids for one in self._catalogue.product_ids_of(shop))})
        if not ids:
            return 0
        changed = self._until_first(lambda: self._apply(ids))
        self._note()
        return changed

    def rebuild(self) -> int:
        """Build the index anew out of the whole catalogue; answers how many products are in it.

        Raises Conflict when another rebuild began meanwhile.
        """
        count = self._until_first(self._rebuild)
        self._note()
        return count

    def _until_first[T](self, attempt: Callable[[], T]) -> T:
        for _ in range(_MOST_ATTEMPTS):
            try:
                return attempt()
            except Superseded:
                continue
        raise IndexUnavailable("Too many write to the search index at once.", retry_after=1)

    def _note(self) -> None:
        """Once by every writer: the one that built the first index may have died before it came to this."""
        if not self._has_noted:
            self._note_built()
            self._has_noted = True

    # One commit ------------------------------------------------------------------------------------------------------

    def _apply(self, ids: Sequence[str]) -> int:
        base = self._load()
        if base is None:
            return self._build()
        if base.manifest is None:
            raise Damaged("The search index cannot be read: it has to be built anew.")
        rebuild = base.manifest.running_rebuild(self._clock())
        noted = rebuild and replace(rebuild, touched=rebuild.touched | set(ids))
        try:
            return self._commit(base, base.manifest, ids, noted)
        except Damaged:
            if noted is None:
                raise
            self._publish(replace(base.manifest, commit=self._new_id(), rebuild=noted), base)
            return 0

    def _commit(self, base: Stored, manifest: Manifest, ids: Sequence[str], noted: Rebuild | None) -> int:
        if manifest.meta is None:
            raise Damaged("There is no search index: it has to be built anew.")
        folder = self._copies.check_out(manifest, manifest.meta)
        draft = Draft.open(folder)
        changed = sum(draft.set(one, product) for one, product in self._catalogue.documents(ids).items())
        if not changed:
            return 0
        committed = draft.commit()
        files = self._upload(committed, manifest.files)
        successor = self._successor(base, committed, files, noted)
        self._publish(successor, base, new_packs=successor.packs - manifest.packs)
        self._copies.keep(successor, folder)
        return changed

    # All of it -------------------------------------------------------------------------------------------------------

    def _build(self) -> int:
        """The first index: what others publish meanwhile supersedes it."""
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
        return self._build() if began is None else self._build_beside(began)

    def _announce(self) -> str | None:
        """Say in the manifest that a rebuild has begun; answers its id, or None when there is no manifest at all."""
        base = self._load()
        if base is None:
            return None
        rebuild = Rebuild(self._new_id(), self._clock())
        manifest = base.manifest or Manifest(FORMAT, "", None)
        self._publish(replace(manifest, commit=self._new_id(), rebuild=rebuild), base)
        return rebuild.id

    def _build_beside(self, rebuild_id: str) -> int:
        draft = Draft.create(self._copies.fresh(rebuild_id))
        self._fill(draft)
        committed = draft.commit()
        uploaded = self._upload(committed, {})
        count = self._until_first(lambda: self._take_over(draft, uploaded, rebuild_id))
        self._remove_orphans()
        return count

    def _take_over(self, draft: Draft, uploaded: dict[str, Piece], rebuild_id: str) -> int:
        base = self._load()
        rebuild = base.manifest.rebuild if base and base.manifest else None
        if base is None or rebuild is None or rebuild.id != rebuild_id:
            raise Conflict("Another rebuild of the search index began meanwhile.", code="superseded")
        for one, product in self._read(sorted(rebuild.touched)):
            draft.set(one, product)
        committed = draft.commit()
        uploaded.update(self._upload(committed, uploaded))
        files = {file.name: uploaded[file.name] for file in committed.files}
        successor = self._successor(base, committed, files, None)
        self._publish(successor, base)
        return draft.count

    def _fill(self, draft: Draft) -> int:
        return sum(draft.set(one, product) for one, product in self._read(self._catalogue.all_product_ids()))

    def _read(self, ids: Iterable[str]) -> Iterator[tuple[str, ProductDocument | None]]:
        for some in batched(ids, _READ_AT_ONCE, strict=False):
            yield from self._catalogue.documents(some).items()

    def _remove_orphans(self) -> None:
        stored = self._load()
        if stored and stored.manifest:
            named = stored.manifest.packs | stored.manifest.retired.keys()
            old = self._store.packs_before(self._clock() - _ORPHAN_AGE)
            self._store.remove([pack for pack in old if pack not in named])

    # Storage ---------------------------------------------------------------------------------------------------------

    def _load(self) -> Stored | None:
        self._known = self._store.load(self._known)
        return self._known

    def _upload(self, committed: Committed, known: Mapping[str, Piece]) -> dict[str, Piece]:
        """Where each file of a commit stands: those that are `known`, and new packs with the others."""
        new = self._store.put([file for file in committed.files if file.name not in known], self._new_id)
        return {file.name: known.get(file.name) or new[file.name] for file in committed.files}

    def _successor(
        self, base: Stored | None, committed: Committed, files: Mapping[str, Piece], rebuild: Rebuild | None
    ) -> Manifest:
        made = Manifest(FORMAT, self._new_id(), committed.meta, files, rebuild=rebuild)
        if base is None or base.manifest is None:
            return made
        return replace(made, retired=base.manifest.retire(made.packs, self._clock()))

    def _publish(self, manifest: Manifest, base: Stored | None, new_packs: Iterable[str] = ()) -> None:
        """Raises Superseded, and then nobody will read `new_packs`."""
        try:
            self._known = self._store.publish(manifest, base)
        except Superseded:
            self._store.remove(sorted(new_packs))
            raise
        if base and base.manifest:
            self._store.remove(base.manifest.expired(self._clock()))
