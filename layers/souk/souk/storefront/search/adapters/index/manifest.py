"""What the index consists of at one moment: a small text that names every file of it. Pure.

An index is a set of files that never change. They stand in packs: one pack holds all files that one commit added.
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
"""How long packs stay that no file is read from any more: readers may be about to fetch what they read of."""
LONGEST_REBUILD: Final = timedelta(minutes=20)
"""A rebuild that began longer ago has died: no function runs for as long."""


class Unreadable(Exception):
    """The text is no manifest, or one of another format."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Where one file stands: in which pack, at which bytes, and what they hash to."""

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
    """`commit` is its own id. `meta` is the engine's list of segments; None: there is no index that could be read.

    retired: packs that are no longer read from, and since when.
    """

    format: int
    commit: str
    meta: str | None
    files: Mapping[str, Piece] = field(default_factory=dict)
    retired: Mapping[str, datetime] = field(default_factory=dict)
    rebuild: Rebuild | None = None

    @property
    def packs(self) -> frozenset[str]:
        return frozenset(piece.pack for piece in self.files.values())

    def running_rebuild(self, now: datetime) -> Rebuild | None:
        """The rebuild that is under way; one that died is nobody's."""
        if self.rebuild is None or now - self.rebuild.began_at > LONGEST_REBUILD:
            return None
        return self.rebuild

    def retire(self, successor_packs: frozenset[str], now: datetime) -> dict[str, datetime]:
        """What its successor says of packs that it does not read from."""
        known = {pack: since for pack, since in self.retired.items() if now - since <= GRACE}
        return {**dict.fromkeys(self.packs - successor_packs, now), **known}

    def expired(self, now: datetime) -> list[str]:
        """Packs that nobody can be about to read."""
        return sorted(pack for pack, since in self.retired.items() if now - since > GRACE)


def to_text(manifest: Manifest) -> bytes:
    rebuild = manifest.rebuild
    members: dict[str, Any] = {
        "format": manifest.format,
        "commit": manifest.commit,
        "meta": manifest.meta,
        "files": {name: [one.pack, one.offset, one.size, one.sha256] for name, one in manifest.files.items()},
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
            files={name: Piece(*piece) for name, piece in members["files"].items()},
            retired={pack: from_wire(since) for pack, since in members["retired"].items()},
            rebuild=rebuild and Rebuild(rebuild["id"], from_wire(rebuild["began_at"]), frozenset(rebuild["touched"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("no manifest") from error


def _sum(members: Mapping[str, Any]) -> str:
    return hashlib.sha256(_compact(members)).hexdigest()


def _compact(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()
