"""The stored data of a stand-in, in SQLite, so that a kill -9 loses nothing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Database:
    """One database file; every write is on disk before it returns. Without a file everything is kept in memory."""

    def __init__(self, file: Path | None, schema: str) -> None:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        self._guard = threading.RLock()
        self._connection = sqlite3.connect(file or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        self._connection.executescript(schema)

    def close(self) -> None:
        with self._guard:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction; other threads wait. A nested one is part of the outer one."""
        with self._guard:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("begin immediate")
            try:
                yield
                self._connection.execute("commit")
            except BaseException:
                # Left open, this transaction would take in all that follow, and none of them would be on disk.
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    def _run(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._guard:
            return self._connection.execute(query, values).fetchall()
