"""Keeps the local cloud's state on disk: every two seconds while something happens, whole at all times.

MiniStack 1.5.33 saves at a graceful stop only, so that a killed process loses everything. It writes
each service's state to a temporary file and renames it, which is kept here; what is added:

- a save every INTERVAL seconds, only of what changed, each file synced before it takes the old one's place;
- the file before it stays beside it (`.previous`): a file that cannot be read falls back to it, is set aside as
  `.torn`, and never stops a start;
- contents over 64 KB (layers, function code) are stored once each under their hash, not encoded again at every save;
- the file of a removed object goes after that save, not before it;
- records of DynamoDB streams that no consumer has read yet are saved (MiniStack saves the consumers' positions but
  not the records: after a restart, new records below the old position were never delivered);
- logs and metrics of past runs are not saved: they grow without bound.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

INTERVAL = 1.5
_BLOB_ABOVE = 64 * 1024

_log = logging.getLogger("souk.saving")

type State = dict[str, Any]


class StateFolder:
    """One file per service in `folder`, large contents under `folder`/blobs.

    `encode` and `decode` are MiniStack's own JSON hooks, `version` its format number by service.
    """

    def __init__(
        self,
        folder: Path,
        encode: Callable[[Any], Any],
        decode: Callable[[dict[str, Any]], Any],
        version: Callable[[str], int],
    ) -> None:
        self._folder = folder
        self._encode_scoped = encode
        self._decode_scoped = decode
        self._version = version
        self._written: dict[str, bytes] = {}
        self._hashes: dict[int, tuple[bytes, str]] = {}
        self._lock = threading.Lock()

    def save(self, service: str, state: State) -> bool:
        """Write one service's state if it differs from the last; answers whether it wrote. Raises OSError (no
        space).
        """
        with self._lock:
            content, digest = self._document(service, state)
            if self._written.get(service) == digest:
                return False
            replace_durably(self._folder / f"{service}.json", content)
            self._written[service] = digest
            return True

    def take_as_empty(self, service: str, state: State) -> None:
        """This is how a service begins: not worth a file, and a service without one is not even imported at the next
        start.
        """
        if not (self._folder / f"{service}.json").exists():
            with self._lock:
                self._written[service] = self._document(service, state)[1]

    def load(self, service: str) -> State | None:
        """The newest readable state of a service, or None if there never was one."""
        path = self._folder / f"{service}.json"
        for candidate in (path, _previous(path)):
            try:
                document = json.loads(candidate.read_bytes(), object_hook=self._decode)
                state = document["payload"]
            except FileNotFoundError:
                continue
            except (ValueError, KeyError, TypeError, OSError) as error:
                _log.warning("%s cannot be read (%s); taking the state before it", candidate.name, error)
                candidate.replace(candidate.with_suffix(".torn"))
                continue
            if document.get("__ministack_format__", 0) <= self._version(service):
                return dict(state)
            _log.warning("%s was written by a newer local cloud; it is left alone", candidate.name)
        return None

    def _document(self, service: str, state: State) -> tuple[bytes, bytes]:
        document = {"__ministack_format__": self._version(service), "payload": state}
        content = json.dumps(document, default=self._encode).encode()
        return content, hashlib.sha256(content).digest()

    def _encode(self, value: Any) -> Any:
        if isinstance(value, bytes) and len(value) > _BLOB_ABOVE:
            return {"__blob__": self._store_blob(value)}
        return self._encode_scoped(value)

    def _decode(self, value: dict[str, Any]) -> Any:
        if "__blob__" in value:
            return (self._folder / "blobs" / value["__blob__"]).read_bytes()
        return self._decode_scoped(value)

    def _store_blob(self, content: bytes) -> str:
        known = self._hashes.get(id(content))
        if known and known[0] is content:
            return known[1]
        name = hashlib.sha256(content).hexdigest()
        path = self._folder / "blobs" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_durably(path, content)
        self._hashes[id(content)] = (content, name)
        return name


def replace_durably(path: Path, content: bytes) -> None:
    """Put content at path so that at any moment it holds the old or the new whole; the old one stays as `.previous`."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        kept = _previous(path)
        kept.unlink(missing_ok=True)
        os.link(path, kept)
    fresh.replace(path)


def _previous(path: Path) -> Path:
    return path.with_name(f"{path.name}.previous")


class Saver:
    """Saves all services every INTERVAL seconds when `touched` says that something was asked of the cloud."""

    def __init__(self, folder: StateFolder, services: Callable[[], dict[str, Callable[[], State | None]]]) -> None:
        self._folder = folder
        self._services = services
        self._touched = threading.Event()
        self._stop = threading.Event()
        self._saving = threading.Lock()
        self.removals: Removals | None = None
        self._thread = threading.Thread(target=self._run, name="souk-saver", daemon=True)
        self.problem: OSError | None = None

    def touch(self) -> None:
        self._touched.set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the loop; the last save is the caller's."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def begin_from_here(self) -> None:
        """Services are as their files say, or as they begin: write only what changes from now on."""
        for name, get_state in self._services().items():
            if state := _taken(get_state):
                self._folder.take_as_empty(name, state)

    def save_now(self) -> None:
        """Save every service now. Raises OSError when the disk refuses."""
        with self._saving:
            removed = self.removals.waiting if self.removals else ()
            for name, get_state in self._services().items():
                state = _taken(get_state)
                if state:
                    self._folder.save(name, state)
            if self.removals and removed:
                self.removals.carry_out(removed)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            if not self._touched.is_set():
                continue
            self._touched.clear()
            try:
                self.save_now()
                self.problem = None
            except OSError as error:
                self._touched.set()
                if self.problem is None:
                    _log.error("the state cannot be saved: %s", error)
                self.problem = error


class Removals:
    """Objects that were removed from S3, whose files stay until the tables are saved.

    MiniStack removes a file at once. After a kill before the next save, a table would still name the object: a photo
    would wait for an upload that was checked and removed, and could never be checked again.
    """

    def __init__(self, s3: Any, on_server: Callable[[Callable[[], None]], object]) -> None:
        """`on_server` runs a call on the thread that serves S3, so that no object is written meanwhile."""
        self._s3 = s3
        self._on_server = on_server
        self._remove_files = s3._delete_persisted_object
        self._waiting: list[tuple[str, str]] = []
        s3._delete_persisted_object = lambda bucket, key: self._waiting.append((bucket, key))

    @property
    def waiting(self) -> tuple[tuple[str, str], ...]:
        """(bucket, key) of the objects whose files are still there."""
        return tuple(self._waiting)

    def carry_out(self, removed: Iterable[tuple[str, str]]) -> None:
        """Remove the files of those that have not been written again."""
        self._on_server(partial(self._carry_out, removed))

    def _carry_out(self, removed: Iterable[tuple[str, str]]) -> None:
        for bucket, key in removed:
            self._waiting.remove((bucket, key))
            if key not in self._s3._buckets.get(bucket, {}).get("objects", {}):
                self._remove_files(bucket, key)


def _taken(get_state: Callable[[], State | None], attempts: int = 20) -> State | None:
    """A service's state; copying it while it changes raises RuntimeError ("dictionary changed size"): copy again."""
    for _ in range(attempts - 1):
        try:
            return get_state()
        except RuntimeError:
            continue
    return get_state()


def with_stream_records(dynamodb: Any, lambdas: Any) -> Callable[[], State]:
    """dynamodb.get_state with the stream records that some consumer has not read; replaces the original."""
    get_state = dynamodb.get_state

    def state_with_records() -> State:
        # Records first: an item whose record is missing is worse than a record delivered twice.
        unread = {}
        for (account, region, table), records in dynamodb._stream_records.all_items():
            trimmed = dynamodb._stream_trimmed.get_scoped(account, region, table, 0)
            first = max(trimmed, min(_positions(lambdas, account, region, table), default=trimmed + len(records)))
            unread["\x00".join((account, region, table))] = [first, list(records[first - trimmed :])]
        return {**get_state(), "souk_stream_records": unread}

    return state_with_records


def restore_stream_records(state: State, dynamodb: Any) -> None:
    """Put unread records back at the positions that they had."""
    for key, (first, records) in state.pop("souk_stream_records", {}).items():
        account, region, table = key.split("\x00")
        dynamodb._stream_trimmed.set_scoped(account, region, table, first)
        dynamodb._stream_records.set_scoped(account, region, table, records)


def clamp_positions(dynamodb: Any, lambdas: Any) -> None:
    """After a restore no consumer may stand beyond the end of its stream: it would miss that many new records."""
    for scope, esm in list(lambdas._esms._data.items()):
        account, region, name = scope
        table = _table_of(esm)
        position = lambdas._dynamodb_stream_positions.get_scoped(account, region, name)
        if table is None or position is None:
            continue
        trimmed = dynamodb._stream_trimmed.get_scoped(account, region, table, 0)
        end = trimmed + len(dynamodb._stream_records.get_scoped(account, region, table) or [])
        lambdas._dynamodb_stream_positions.set_scoped(account, region, name, min(position, end))


def _positions(lambdas: Any, account: str, region: str, table: str) -> list[int]:
    return [
        lambdas._dynamodb_stream_positions.get_scoped(*scope, 0)
        for scope, esm in list(lambdas._esms._data.items())
        if scope[:2] == (account, region) and _table_of(esm) == table
    ]


def _table_of(esm: dict[str, Any]) -> str | None:
    before, stream, _ = str(esm.get("EventSourceArn", "")).partition("/stream/")
    return before.rpartition("/")[2] if stream and ":dynamodb:" in before else None
