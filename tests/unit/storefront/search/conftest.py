from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.unit.storefront.search.search_worlds import World

# The engine waits for the disk at each commit; what is written here is thrown away.
_MEMORY = Path("/dev/shm")


@pytest.fixture
def world() -> Iterator[World]:
    # Threads of Tantivy may still write into the folder while it is removed: they outlive their index for a moment.
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None, ignore_cleanup_errors=True) as folder:
        yield World(Path(folder))
