"""A copy of the index that is being changed: nobody sees it before its files are published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tantivy import Index, IndexWriter, Query

from souk.storefront.search.adapters.index.copies import META
from souk.storefront.search.adapters.index.fields import know_words, schema, to_document
from souk.storefront.search.model import ProductDocument

# The engine's least for one thread is 15 MB; a build from nothing writes fewer and larger files with more.
FEW_CHANGES: Final = 20_000_000
MANY_CHANGES: Final = 200_000_000
_BLOCK_BYTES: Final = 4096
"""Stored documents are compressed together by so much: answering with twenty of them opens up to twenty blocks."""


@dataclass(frozen=True, slots=True)
class Committed:
    """The engine's list of segments, and the files that it names."""

    meta: str
    files: tuple[Path, ...]


class Draft:
    def __init__(self, index: Index, folder: Path, memory: int) -> None:
        self._index = know_words(index)
        self._index.config_reader("manual")
        self._folder = folder
        self._memory = memory
        self._searcher = index.searcher()
        self._writer: IndexWriter | None = None

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Empty."""
        Index(schema(), str(folder))
        # The engine takes this from its file alone.
        described = json.loads((folder / META).read_text())
        described["index_settings"]["docstore_blocksize"] = _BLOCK_BYTES
        (folder / META).write_text(json.dumps(described))
        return cls(Index.open(str(folder)), folder, MANY_CHANGES)

    @classmethod
    def open(cls, folder: Path) -> Self:
        return cls(Index.open(str(folder)), folder, FEW_CHANGES)

    @property
    def count(self) -> int:
        """Products in it, as committed last."""
        return self._searcher.num_docs

    def revision(self, product_id: str) -> int | None:
        """Of the product as it was committed last; None: it is not in here."""
        found = self._searcher.search(Query.term_query(schema(), "id", product_id, "basic"), 1, count=False)
        addresses = [address for _, address in found.hits]
        revisions = self._searcher.fast_field_values("revision", addresses) if addresses else []
        return next((int(one) for one in revisions if one is not None), None)

    def set(self, product_id: str, product: ProductDocument | None) -> bool:
        """Put a product in the place of what was known of it, or take it out (None).

        False: nothing to do, since this state of it, or a later one, is in here.
        """
        known = self.revision(product_id)
        if product is None and known is None:
            return False
        if product is not None and known is not None and product.revision <= known:
            return False
        if self._writer is None:
            self._writer = self._index.writer(self._memory, 1)
        if known is not None:
            self._writer.delete_documents_by_term("id", product_id)
        if product is not None:
            self._writer.add_document(to_document(product))
        return True

    def commit(self) -> Committed:
        """Write down what was set, and let the engine merge small segments before it is told."""
        if self._writer is not None:
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._writer = None
            self._index.reload()
            self._searcher = self._index.searcher()
        meta = (self._folder / META).read_text()
        return Committed(meta, tuple(sorted(self._files(meta))))

    def _files(self, meta: str) -> list[Path]:
        """Files of live segments; what merges replaced, and marks of deletion that are outdated, stay behind."""
        live: list[Path] = []
        for segment in json.loads(meta)["segments"]:
            name = segment["segment_id"].replace("-", "")
            marks = f".{segment['deletes']['opstamp']}.del" if segment.get("deletes") else None
            live += [
                file
                for file in self._folder.glob(f"{name}.*")
                if not file.name.endswith(".del") or (marks and file.name == name + marks)
            ]
        return live
