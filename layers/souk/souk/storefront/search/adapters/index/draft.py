"""A copy of the index that is being changed: not visible to readers before its files are published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tantivy import Index, IndexWriter, Query

from souk.storefront.search.adapters.index.copies import META
from souk.storefront.search.adapters.index.fields import register_tokenizers, schema, to_document
from souk.storefront.search.model import ProductDocument

# Memory of Tantivy's writer: at least 15 MB for one thread. A full build writes fewer and larger files with more.
FEW_CHANGES: Final = 20_000_000
MANY_CHANGES: Final = 200_000_000
_BLOCK_BYTES: Final = 4096
"""Documents are compressed in blocks of this size: an answer with twenty documents opens up to twenty blocks."""


@dataclass(frozen=True, slots=True)
class Committed:
    """Tantivy's list of segments, and the files that it names."""

    meta: str
    files: tuple[Path, ...]


class Draft:
    def __init__(self, index: Index, folder: Path, memory: int) -> None:
        self._index = register_tokenizers(index)
        self._index.config_reader("manual")
        self._folder = folder
        self._memory = memory
        self._searcher = index.searcher()
        self._writer: IndexWriter | None = None

    @classmethod
    def create(cls, folder: Path) -> Self:
        """An empty index."""
        Index(schema(), str(folder))
        # Tantivy has no other way to set this.
        described = json.loads((folder / META).read_text())
        described["index_settings"]["docstore_blocksize"] = _BLOCK_BYTES
        (folder / META).write_text(json.dumps(described))
        return cls(Index.open(str(folder)), folder, MANY_CHANGES)

    @classmethod
    def open(cls, folder: Path) -> Self:
        return cls(Index.open(str(folder)), folder, FEW_CHANGES)

    @property
    def count(self) -> int:
        """The number of products, as of the last commit."""
        return self._searcher.num_docs

    def revision(self, product_id: str) -> int | None:
        """The product's revision as of the last commit; None: it is not in the index."""
        found = self._searcher.search(Query.term_query(schema(), "id", product_id, "basic"), 1, count=False)
        addresses = [address for _, address in found.hits]
        revisions = self._searcher.fast_field_values("revision", addresses) if addresses else []
        return next((int(revision) for revision in revisions if revision is not None), None)

    def set(self, product_id: str, product: ProductDocument | None) -> bool:
        """Replace a product, or remove it (`product` None).

        False: there was nothing to do, since the index has the same or a later revision.
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
        """Write the changes, and wait until Tantivy has merged small segments."""
        if self._writer is not None:
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._writer = None
            self._index.reload()
            self._searcher = self._index.searcher()
        meta = (self._folder / META).read_text()
        return Committed(meta, tuple(sorted(self._files(meta))))

    def _files(self, meta: str) -> list[Path]:
        """Files of live segments, without merged segments and outdated deletion marks."""
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
