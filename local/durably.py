"""Files that are on disk whole after a kill or a loss of power, and so are their names."""

from __future__ import annotations

import os
from pathlib import Path


def replace_durably(path: Path, content: bytes, kept: Path | None = None) -> None:
    """Put content at path so that at any moment it holds the old or the new whole; the old one stays as `kept`, by
    default with the ending `.previous`. Raises OSError.
    """
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        kept = kept or previous(path)
        kept.unlink(missing_ok=True)
        os.link(path, kept)
    fresh.replace(path)
    sync_names(path.parent)


def previous(path: Path) -> Path:
    """Where `replace_durably` keeps what was there before."""
    return path.with_name(f"{path.name}.previous")


def sync_names(folder: Path) -> None:
    """Which names the folder has is on disk when this returns: syncing a new file does not do that."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
