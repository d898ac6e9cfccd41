"""Keeps the local cloud's state on disk while it changes, whole at all times.

MiniStack 1.5.33 saves at a graceful stop only, so that a killed process loses everything. It writes
each service's state to a temporary file and renames it, which is kept here; what is added:

- changes of DynamoDB's tables every TICK seconds to a journal (local/tables.py), and the other services every INTERVAL
  seconds while something happens: only of what changed, each file synced before it takes the old one's place;
- an error of any kind is tried again and shown, and so is a state that has not been saved for LATE seconds;
- the others are copied before the tables and written after them, those with positions in streams and queues first and
  last of all: after a kill no consumer has read an event without having acted on it;
- the file before it stays beside it (`.previous`): a file that cannot be read falls back to it, is set aside as
  `.torn`, and never stops a start;
- contents over 64 KB (layers, function code) are stored once each under their hash, not encoded again at every save;
- logs and metrics of past runs are not saved: they grow without bound.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from local.copying import State
from local.durably import previous, replace_durably
from local.pending import Pending
from local.problems import reason
from local.repeating import Repeating
from local.tables import CONSUMERS, Tables

TICK: Final = 0.25
INTERVAL: Final = 1.0
LATE: Final = 5.0
_BLOB_ABOVE = 64 * 1024
_READERS = frozenset({CONSUMERS, "sqs"})
"""Services whose states say how far events have been read."""

_log = logging.getLogger("souk.saving")


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
        self._encode = encode
        self._decode_scoped = decode
        self._version = version
        self._written: dict[str, bytes] = {}
        self._hashes: dict[str, dict[int, tuple[bytes, str]]] = {}
        self._lock = threading.Lock()

    def save(self, service: str, state: State) -> bool:
        """Write one service's state if it differs from the last; answers whether it wrote. Raises OSError (no
        space).
        """
        with self._lock:
            content, digest = self._document(service, state)
            path = self._folder / f"{service}.json"
            if service not in self._written and path.exists():
                self._written[service] = hashlib.sha256(path.read_bytes()).digest()
            if self._written.get(service) == digest:
                return False
            replace_durably(path, content)
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
        for candidate in (path, previous(path)):
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
        known = self._hashes.get(service, {})
        used: dict[int, tuple[bytes, str]] = {}

        def encode(value: Any) -> Any:
            if not isinstance(value, bytes) or len(value) <= _BLOB_ABOVE:
                return self._encode(value)
            # The content is kept with its hash, because an id is given to another object once its own is gone.
            used[id(value)] = known.get(id(value)) or (value, self._store_blob(value))
            return {"__blob__": used[id(value)][1]}

        content = json.dumps(document, default=encode).encode()
        self._hashes[service] = used  # and no others: what the service no longer has is not kept in memory
        return content, hashlib.sha256(content).digest()

    def _decode(self, value: dict[str, Any]) -> Any:
        if "__blob__" in value:
            return (self._folder / "blobs" / value["__blob__"]).read_bytes()
        return self._decode_scoped(value)

    def _store_blob(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        path = self._folder / "blobs" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_durably(path, content)
        return name


class Saver:
    """Saves all services when `touch` says that something was asked of the cloud, and the tables when they change."""

    def __init__(
        self,
        folder: StateFolder,
        services: Callable[[], dict[str, Callable[[], State | None]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._services = services
        self._clock = clock
        self._pending = Pending(clock)
        self._has_more = False
        self._saved_at = clock()
        self._lock = threading.Lock()
        # Changes of the tables do not wait for the others, whose turn takes seconds on a busy machine.
        self._threads = (
            Repeating("souk-journal", self.save_changed_tables, TICK),
            Repeating("souk-saver", self.save_what_changed, TICK),
        )
        self.tables: Tables | None = None

    @property
    def is_late(self) -> bool:
        """Whether something has waited for more than LATE seconds to be saved."""
        return max(self._pending.age, self.tables.pending.age if self.tables else 0.0) > LATE

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the state is not being saved, or could not all be read, as sentences; empty if all is well."""
        errors = [f"The state cannot be saved: {reason(error)}." for thread in self._threads if (error := thread.error)]
        late = [f"The state has not been saved for more than {LATE:.0f} s."] if self.is_late else []
        unread = [self.tables.problem] if self.tables and self.tables.problem else []
        return tuple(dict.fromkeys([*errors, *late, *unread]))

    def touch(self) -> None:
        """Something has changed."""
        self._pending.note()

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the loops; the last save is the caller's."""
        for thread in self._threads:
            thread.stop()

    def begin_from_here(self) -> None:
        """Services are as their files say, or as they begin: write only what changes from now on."""
        if self.tables:
            self.tables.begin_from_here()
        for name, get_state in self._services().items():
            if state := _taken(get_state):
                self._folder.take_as_empty(name, state)

    def save_what_changed(self) -> None:
        """Raises what `save_now` raises."""
        if (self._pending or self._has_more) and self._clock() - self._saved_at >= INTERVAL:
            self.save_now()

    def save_changed_tables(self) -> None:
        """Raises OSError when the disk refuses."""
        if self.tables and self.tables.pending:
            self.tables.save()

    def save_now(self) -> None:
        """Save every service now. Raises OSError when the disk refuses; what was not saved is saved by the next call.

        A service changes after the request, too (executions, consumers of streams): as long as a save finds something
        new, another one follows.
        """
        with self._lock, self._pending.saving():
            services = sorted(self._services().items(), key=lambda service: service[0] not in _READERS)
            states = [(name, state) for name, get_state in services if (state := _taken(get_state))]
            if self.tables:
                self.tables.save()
            self._has_more = False
            for name, state in reversed(states):
                self._has_more |= self._folder.save(name, state)
                if self.tables and name == CONSUMERS:
                    self.tables.positions_are_on_disk(state)
            self._saved_at = self._clock()


def _taken(get_state: Callable[[], State | None], attempts: int = 20) -> State | None:
    """A service's state; where it is not copied by local/copying.py, a change meanwhile raises RuntimeError: again."""
    for _ in range(attempts - 1):
        try:
            return get_state()
        except RuntimeError:
            continue
    return get_state()
