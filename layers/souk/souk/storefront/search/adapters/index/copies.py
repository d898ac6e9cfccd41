"""Local copies of the index: each manifest's files in a folder of their own, fetched once and hard-linked."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from souk.storefront.search.adapters.index.manifest import Manifest, PackedFile
from souk.storefront.search.adapters.index.s3 import SegmentStore

META: Final = "meta.json"


class LocalCopies:
    """`root` is a folder that no other process uses."""

    def __init__(self, store: SegmentStore, root: Path) -> None:
        self._store = store
        self._root = root
        self._fetched = root / "fetched"
        self._fetched.mkdir(parents=True, exist_ok=True)

    def check_out(self, manifest: Manifest, meta: str) -> Path:
        """A folder with all files of `manifest`; only files that are not here yet are fetched."""
        missing = {
            _name(packed): packed for packed in manifest.files.values() if not (self._fetched / _name(packed)).exists()
        }
        self._store.fetch(missing, self._fetched)
        folder = self.fresh(manifest.commit)
        for name, packed in manifest.files.items():
            (folder / name).hardlink_to(self._fetched / _name(packed))
        (folder / META).write_text(meta)
        return folder

    def fresh(self, name: str) -> Path:
        """An empty folder."""
        folder = self._root / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def keep(self, manifest: Manifest, folder: Path) -> None:
        """Keep the files of `manifest` that were written in `folder`, so that they need not be fetched."""
        for name, packed in manifest.files.items():
            fetched = self._fetched / _name(packed)
            if not fetched.exists():
                fetched.hardlink_to(folder / name)
        self.keep_only(manifest)

    def keep_only(self, manifest: Manifest, *folders: Path) -> None:
        """Delete every file that `manifest` does not name, and all folders but `folders`. Open files stay readable."""
        named = {_name(packed) for packed in manifest.files.values()}
        for file in self._fetched.iterdir():
            if file.name not in named:
                file.unlink()
        for folder in self._root.iterdir():
            if folder not in (*folders, self._fetched):
                shutil.rmtree(folder)


def _name(packed: PackedFile) -> str:
    return f"{packed.pack}.{packed.offset}"
