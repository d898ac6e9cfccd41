"""The index on this machine: each manifest's files in a folder of their own, fetched once and linked."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from souk.storefront.search.adapters.index.manifest import Manifest, Piece

META: Final = "meta.json"


class Packs(Protocol):
    def fetch(self, files: Mapping[str, Piece], folder: Path) -> None:
        """Write files into a folder under their names."""
        ...


class LocalCopies:
    """`root` is a folder of this process alone."""

    def __init__(self, packs: Packs, root: Path) -> None:
        self._packs = packs
        self._root = root
        self._fetched = root / "fetched"
        self._fetched.mkdir(parents=True, exist_ok=True)

    def check_out(self, manifest: Manifest, meta: str) -> Path:
        """A folder with all files of `manifest`. Only those that are not here yet are fetched."""
        missing = {
            _name(piece): piece for piece in manifest.files.values() if not (self._fetched / _name(piece)).exists()
        }
        self._packs.fetch(missing, self._fetched)
        folder = self.fresh(manifest.commit)
        for name, piece in manifest.files.items():
            (folder / name).hardlink_to(self._fetched / _name(piece))
        (folder / META).write_text(meta)
        return folder

    def fresh(self, name: str) -> Path:
        """An empty folder."""
        folder = self._root / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def keep(self, manifest: Manifest, folder: Path) -> None:
        """Keep the files of `manifest`, some of which were written in `folder`: they need not be fetched."""
        for name, piece in manifest.files.items():
            fetched = self._fetched / _name(piece)
            if not fetched.exists():
                fetched.hardlink_to(folder / name)
        self.keep_only(manifest)

    def keep_only(self, manifest: Manifest, *folders: Path) -> None:
        """Forget every file that `manifest` does not name, and every folder but `folders`. Open files stay readable."""
        named = {_name(piece) for piece in manifest.files.values()}
        for file in self._fetched.iterdir():
            if file.name not in named:
                file.unlink()
        for folder in self._root.iterdir():
            if folder not in (*folders, self._fetched):
                shutil.rmtree(folder)


def _name(piece: Piece) -> str:
    return f"{piece.pack}.{piece.offset}"
