"""What changed since a snapshot, on disk: a line for each group of changes, which is there whole or not at all."""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

_log = logging.getLogger("souk.journal")


class Journal:
    """Files `folder`/`name`.journal.NUMBER, of which the last one grows. A new run begins a file of its own, because
    the last line of the one before may be torn.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._prefix = f"{name}.journal."
        self.number = max(self._numbers(), default=0) + 1
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes in the file that grows."""
        return self._size

    def append(self, group: bytes) -> None:
        """Put a group, which has no line break in it, durably on disk. Raises OSError; the group is not there then."""
        line = b"%08x %b\n" % (zlib.crc32(group), group)
        path = self._path(self.number)
        with path.open("r+b" if path.exists() else "wb") as file:
            file.truncate(self._size)  # what an append that failed left behind
            file.seek(self._size)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._size += len(line)

    def begin(self, number: int) -> None:
        """Append to file `number` from now on."""
        self.number, self._size = number, 0

    def since(self, number: int) -> Iterator[bytes]:
        """All groups in the files from `number` on, oldest first."""
        for one in sorted(found for found in self._numbers() if found >= number):
            yield from groups(self._path(one))

    def forget_before(self, number: int) -> None:
        """Remove the files whose changes are in every snapshot that is kept."""
        for one in self._numbers():
            if one < number:
                self._path(one).unlink(missing_ok=True)

    def _numbers(self) -> list[int]:
        endings = (path.name.removeprefix(self._prefix) for path in self._folder.glob(f"{self._prefix}*"))
        return [int(ending) for ending in endings if ending.isdecimal()]

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._prefix}{number}"


def groups(path: Path) -> Iterator[bytes]:
    """The groups of one file up to its end, or to a line that a kill cut off."""
    with path.open("rb") as file:
        for line in file:
            checksum, _, group = line.removesuffix(b"\n").partition(b" ")
            if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(group):
                _log.warning("%s ends with a torn line", path.name)
                return
            yield group
