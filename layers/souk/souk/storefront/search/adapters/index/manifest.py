"""The manifest: a small JSON text that names every file of the index at one moment. Pure.

An index is a set of files that never change. They are stored in packs: one pack holds all files that one commit added.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from souk.shared.clock import from_wire, to_wire

GRACE: Final = timedelta(minutes=15)
"""How long unused packs are kept: readers may have read an older manifest and be about to fetch them."""
LONGEST_REBUILD: Final = timedelta(minutes=20)
"""A rebuild that began longer ago has died: no function runs that long."""


class Unreadable(Exception):
    """The text is not a manifest, or one of another format."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """Where a file of the index is stored: its pack, its bytes there, and their hash."""

    pack: str
    offset: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A rebuild that is under way, and the products that changed since it began."""

    id: str
    began_at: datetime
    touched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Manifest:
    """`commit` is the manifest's id. `meta` is Tantivy's list of segments; None: there is no readable index.

    files: by name. retired: packs that are not used any more, and since when.
    """

    format: int
    commit: str
    meta: str | None
    files: Mapping[str, PackedFile] = field(default_factory=dict)
    retired: Mapping[str, datetime] = field(default_factory=dict)
    rebuild: Rebuild | None = None

    @property
    def packs(self) -> frozenset[str]:
        return frozenset(file.pack for file in self.files.values())

    def running_rebuild(self, now: datetime) -> Rebuild | None:
        """The rebuild that is under way; None when there is none, or it has died."""
        if self.rebuild is None or now - self.rebuild.began_at > LONGEST_REBUILD:
            return None
        return self.rebuild

    def retire(self, successor_packs: frozenset[str], now: datetime) -> dict[str, datetime]:
        """`retired` of the successor: its packs are `successor_packs`; entries past their grace are dropped."""
        known = {pack: since for pack, since in self.retired.items() if now - since <= GRACE}
        return {**dict.fromkeys(self.packs - successor_packs, now), **known}

    def expired(self, now: datetime) -> list[str]:
        """Unused packs past their grace, which can be deleted."""
        return sorted(pack for pack, since in self.retired.items() if now - since > GRACE)


def to_text(manifest: Manifest) -> bytes:
    rebuild = manifest.rebuild
    members: dict[str, Any] = {
        "format": manifest.format,
        "commit": manifest.commit,
        "meta": manifest.meta,
        "files": {name: [file.pack, file.offset, file.size, file.sha256] for name, file in manifest.files.items()},
        "retired": {pack: to_wire(since) for pack, since in manifest.retired.items()},
        "rebuild": rebuild
        and {"id": rebuild.id, "began_at": to_wire(rebuild.began_at), "touched": sorted(rebuild.touched)},
    }
    return _compact({"sum": _sum(members), **members})


def from_text(text: bytes, known_format: int) -> Manifest:
    """Raises Unreadable."""
    try:
        members = json.loads(text)
        if members["format"] != known_format:
            raise Unreadable(f"an index of format {members['format']}, not {known_format}")
        if members.pop("sum") != _sum(members):
            raise Unreadable("not what was written")
        rebuild = members["rebuild"]
        return Manifest(
            format=known_format,
            commit=members["commit"],
            meta=members["meta"],
            files={name: PackedFile(*packed) for name, packed in members["files"].items()},
            retired={pack: from_wire(since) for pack, since in members["retired"].items()},
            rebuild=rebuild and Rebuild(rebuild["id"], from_wire(rebuild["began_at"]), frozenset(rebuild["touched"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("no manifest") from error


def _sum(members: Mapping[str, Any]) -> str:
    return hashlib.sha256(_compact(members)).hexdigest()


def _compact(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()
