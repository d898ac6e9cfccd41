"""What changed since a snapshot, on disk: a line for each group of changes, which is there whole or not at all."""

from __future__ import annotations

import io
import logging
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from local.durably import replace_durably, sync_names

_log = logging.getLogger("souk.journal")


class Journal:
    """Files `folder`/`name`.journal.NUMBER, of which the last one grows. A new run begins a file of its own, because
    the last line of the one before may be torn: its save did not end. Any other damaged line was on disk once, and the
    changes after it must not be applied without it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._prefix = f"{name}.journal."
        self.number = max(self._numbers(), default=0) + 1
        self._size = 0
        self.problem = ""
        """What of the journal could not be read, as a sentence; empty if all could."""

    @property
    def size(self) -> int:
        """Bytes in the file that grows."""
        return self._size

    def append(self, group: bytes) -> None:
        """Put a group, which has no line break in it, durably on disk. Raises OSError; the group is not there then."""
        line = b"%08x %b\n" % (zlib.crc32(group), group)
        path = self._path(self.number)
        is_new = not path.exists()
        with path.open("wb" if is_new else "r+b") as file:
            file.truncate(self._size)  # what an append that failed left behind
            file.seek(self._size)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_names(self._folder)
        self._size += len(line)

    def begin(self, number: int) -> None:
        """Append to file `number` from now on."""
        self.number, self._size = number, 0

    def since(self, number: int) -> Iterator[bytes]:
        """All groups in the files from `number` on, oldest first, up to the first that is damaged.

        What is damaged and what follows is then set aside as `.torn`, and `problem` says so.
        """
        files = [self._path(one) for one in sorted(self._numbers()) if one >= number]
        for position, path in enumerate(files):
            content = path.read_bytes()
            intact, length = groups(content)
            yield from intact
            _, _, after = content[length:].partition(b"\n")
            if after:
                self._set_aside(path, content[:length], files[position + 1 :])
                return
            if length < len(content):
                _log.warning("%s ends with a torn line", path.name)

    def _set_aside(self, damaged: Path, intact: bytes, later: list[Path]) -> None:
        replace_durably(damaged, intact, kept=_torn(damaged))
        for path in later:
            path.replace(_torn(path))
        self.problem = (
            f"{damaged.name} is damaged: changes that were saved after its {len(intact):,} intact bytes are lost. "
            f"{_torn(damaged)} has what it held."
        )
        _log.error("%s", self.problem)

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


def groups(content: bytes) -> tuple[list[bytes], int]:
    """The groups of a file up to its end or to a line that is not whole, and how many bytes those lines have."""
    found, length = [], 0
    for line in io.BytesIO(content):
        checksum, _, group = line.removesuffix(b"\n").partition(b" ")
        if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(group):
            break
        found.append(group)
        length += len(line)
    return found, length


def _torn(path: Path) -> Path:
    return path.with_name(f"{path.name}.torn")
