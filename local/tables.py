"""DynamoDB's tables on disk: a snapshot, and a journal of what was written since.

Copying all tables takes longer the more they hold, and stops all else meanwhile. Here a save writes what changed.
MiniStack's DynamoDB (1.5.33) replaces an item whole when it is written, so that an item, once noted, stays as it is.

- A write, and the whole of a batch or transaction, holds one lock, and so does a save while it takes what changed:
  a group in the journal has all of a transaction or nothing.
- Records of streams are saved too, those that no consumer has read yet. MiniStack saves the consumers' positions but
  not the records: after a restart, new records below the old position were never delivered.
- The snapshot before the current one stays readable: the journals since then are kept.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, Final, NamedTuple

from local.copying import State, copied
from local.journal import Journal
from local.pending import Pending

SERVICE: Final = "dynamodb"
CONSUMERS: Final = "lambda"
"""MiniStack's service whose state has the positions of the consumers."""
_SNAPSHOT_ABOVE = 8 * 1024 * 1024
_MOST_WAITING = 50_000
_WRITERS = (
    "_put_item", "_update_item", "_delete_item", "_batch_write_item", "_transact_write_items", "_execute_statement",
    "_batch_execute_statement", "_execute_transaction",
)  # fmt: skip
_NOT_DESCRIBING = frozenset({"items", "_index_members", "ItemCount", "TableSizeBytes"})

type Scope = tuple[str, str, str]
"""Account, region, name of a table."""


class Tables:
    """`dynamodb` and `lambdas` are MiniStack's modules; `encode` its JSON hook. Writes are noted from now on.

    `write_snapshot` puts a state durably in the place of the one before; it raises OSError.
    """

    def __init__(
        self,
        dynamodb: Any,
        lambdas: Any,
        journal: Journal,
        encode: Callable[[Any], Any],
        write_snapshot: Callable[[State], object],
    ) -> None:
        self._dynamodb = dynamodb
        self._lambdas = lambdas
        self._journal = journal
        self._encode = encode
        self._write_snapshot = write_snapshot
        self._lock = threading.RLock()
        self._saving = threading.Lock()
        self._changes: list[Any] = []
        self._unwritten: list[Any] = []
        self._replaced = False
        self._has_hole = False
        self._read: dict[Consumer, int] = {}
        self._description = ""
        self._kept_from = 0
        self.pending = Pending()
        self._note_writes()

    @property
    def problem(self) -> str:
        """What could not be read at the start, as a sentence; empty if all could."""
        return self._journal.problem

    # Changes ----------------------------------------------------------------------------------------------------------

    def _note_writes(self) -> None:
        dynamodb = self._dynamodb
        for name in _WRITERS:
            setattr(dynamodb, name, self._locked(getattr(dynamodb, name)))
        set_item, remove_item = dynamodb._set_item, dynamodb._remove_item
        emit, replaced = dynamodb._emit_stream_event, dynamodb._items_replaced

        def set_and_note(table: Any, pk: Any, sk: Any, item: Any) -> Any:
            before = set_item(table, pk, sk, item)
            self._note("set", _scope(table), pk, sk, item)
            return before

        def remove_and_note(table: Any, pk: Any, sk: Any) -> Any:
            before = remove_item(table, pk, sk)
            if before is not None:
                self._note("remove", _scope(table), pk, sk)
            return before

        def emit_and_note(table: str, *arguments: Any, **named: Any) -> None:
            scope = (dynamodb.get_account_id(), dynamodb.get_region(), table)
            end = self._end(scope)
            emit(table, *arguments, **named)
            if new := self._end(scope) - end:
                self._note("records", scope, list(dynamodb._stream_records.get_scoped(*scope)[-new:]))

        def note_replacement(table: Any) -> None:
            replaced(table)
            self._replaced = True
            self.pending.note()

        dynamodb._set_item, dynamodb._remove_item = self._locked(set_and_note), self._locked(remove_and_note)
        dynamodb._emit_stream_event = self._locked(emit_and_note)
        dynamodb._items_replaced = self._locked(note_replacement)

    def _locked[**P, T](self, call: Callable[P, T]) -> Callable[P, T]:
        @wraps(call)
        def with_lock(*arguments: P.args, **named: P.kwargs) -> T:
            with self._lock:
                return call(*arguments, **named)

        return with_lock

    def _note(self, *change: Any) -> None:
        self._changes.append(change)
        self.pending.note()

    def _end(self, scope: Scope) -> int:
        """The position behind the newest record of a table's stream."""
        records = self._dynamodb._stream_records.get_scoped(*scope) or ()
        return int(self._dynamodb._stream_trimmed.get_scoped(*scope, 0)) + len(records)

    # Saving -----------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Put all changes durably on disk. Raises OSError; what is not on disk then is written by the next call."""
        with self._saving, self.pending.saving():
            with self._lock:
                self._unwritten += self._changes
                self._changes = []
                if len(self._unwritten) > _MOST_WAITING:  # the disk has been full for long: a snapshot has it all
                    self._has_hole = True
                if self._has_hole:
                    self._unwritten = []
                description = self._describe()
                if self._has_hole or description != self._description or self._journal.size > _SNAPSHOT_ABOVE:
                    self._replaced = True
                state = self.snapshot() if self._replaced else None
                self._replaced = False
            try:
                self._write(state)
            except BaseException:
                self._replaced = self._replaced or state is not None
                raise
            if state is not None:
                self._description = description

    def _write(self, state: State | None) -> None:
        if self._unwritten:
            self._journal.append(json.dumps(self._unwritten, default=self._encode).encode())
            self._unwritten = []
        if state is not None:
            if self._has_hole:  # the snapshot before this one is kept as well, and the journals since it lack something
                self._replace_snapshot(state)
            self._replace_snapshot(state)
            self._has_hole = False

    def _replace_snapshot(self, state: State) -> None:
        number = self._journal.number + 1
        self._write_snapshot({**state, "souk_journal": number})
        self._journal.begin(number)
        self._journal.forget_before(self._kept_from)
        self._kept_from = number

    def snapshot(self) -> State:
        """The state of all tables. Items are not copied: they never change."""
        dynamodb = self._dynamodb
        with self._lock:
            tables = type(dynamodb._tables)()
            for scope, table in dynamodb._tables.all_items():
                items = {pk: dict(under) for pk, under in table["items"].items()}
                about = {name: copied(value) for name, value in list(table.items()) if name not in _NOT_DESCRIBING}
                counts = {name: table[name] for name in ("ItemCount", "TableSizeBytes") if name in table}
                tables._data[scope] = {**about, **counts, "items": items}
            return {**self._beside(), "tables": tables, "souk_stream_records": self._unread()}

    def _beside(self) -> State:
        """What MiniStack keeps of DynamoDB beside the tables: settings, tags, backups, policies."""
        return {name: copied(getattr(self._dynamodb, f"_{name}")) for name in _BESIDE}

    def _describe(self) -> str:
        """All that is not items and their records: when it changes, a snapshot is due."""
        tables = [
            (scope, {name: value for name, value in list(table.items()) if name not in _NOT_DESCRIBING})
            for scope, table in self._dynamodb._tables.all_items()
        ]
        return json.dumps([copied(tables), self._beside()], default=self._encode)

    def _unread(self) -> dict[str, Any]:
        """By table: the position of the first record that some consumer has not read by what is on disk, and the
        records from there.
        """
        unread, on_disk = {}, self._read
        for scope, records in self._dynamodb._stream_records.all_items():
            trimmed = self._dynamodb._stream_trimmed.get_scoped(*scope, 0)
            end = trimmed + len(records)
            consumers = {one for one in (*on_disk, *_consumers(self._lambdas._esms)) if one.scope == scope}
            first = min(end, max(trimmed, min((on_disk.get(one, 0) for one in consumers), default=end)))
            unread["\x00".join(scope)] = [first, list(records[first - trimmed :])]
        return unread

    def positions_are_on_disk(self, state: State) -> None:
        """`state` is the one of MiniStack's Lambda that a start would load from now on."""
        positions = state["dynamodb_stream_positions"]
        self._read = {one: positions.get_scoped(*one[:3], 0) for one in _consumers(state["esms"])}

    def positions_restored(self, state: State) -> State:
        """MiniStack's Lambda as it is loaded after the tables: no consumer may be beyond the end of its stream, or it
        would miss that many new records.
        """
        positions = state["dynamodb_stream_positions"]
        for consumer in _consumers(state["esms"]):
            if (position := positions.get_scoped(*consumer[:3])) is not None:
                positions.set_scoped(*consumer[:3], min(position, self._end(consumer.scope)))
        self.positions_are_on_disk(state)
        return state

    # Restoring --------------------------------------------------------------------------------------------------------

    def restored(self, state: State | None, decode: Callable[[dict[str, Any]], Any]) -> State | None:
        """The state of a snapshot with all that the journals say since; stream records are back in their places."""
        if state is None:
            return None
        self._kept_from = state.pop("souk_journal", 0)
        self._journal.begin(max(self._journal.number, self._kept_from))
        for scope, (first, records) in _by_scope(state.pop("souk_stream_records", {})):
            self._dynamodb._stream_trimmed.set_scoped(*scope, first)
            self._dynamodb._stream_records.set_scoped(*scope, records)
        for group in self._journal.since(self._kept_from):
            self._apply(state["tables"], json.loads(group, object_hook=decode))
            self._replaced = True  # so that the journals of many short runs do not add up
        self._has_hole = bool(self._journal.problem)
        for table in state["tables"].all_values():
            table["ItemCount"] = sum(map(len, table["items"].values()))
            table["TableSizeBytes"] = table["ItemCount"] * 200  # as MiniStack counts
        return state

    def _apply(self, tables: Any, changes: Iterable[Any]) -> None:
        for what, scope, *change in changes:
            if what == "records":
                records = self._dynamodb._stream_records.get_scoped(*scope) or []
                self._dynamodb._stream_records.set_scoped(*scope, [*records, *change[0]])
            elif (table := tables.get_scoped(*scope)) is None:
                continue  # the table was removed since
            elif what == "set":
                pk, sk, item = change
                table["items"].setdefault(pk, {})[sk] = item
            else:
                pk, sk = change
                table["items"].get(pk, {}).pop(sk, None)

    def begin_from_here(self) -> None:
        """The tables are as the files say, or as they begin."""
        self._description = self._describe()


_BESIDE = (
    "tags", "ttl_settings", "pitr_settings", "kinesis_destinations", "contributor_insights", "backups",
    "resource_policies", "exports", "imports",
)  # fmt: skip
"""The keys of MiniStack's own get_state beside `tables`, each a variable of its module."""


class Consumer(NamedTuple):
    """An event source mapping that reads a table's stream."""

    account: str
    region: str
    id: str
    table: str

    @property
    def scope(self) -> Scope:
        return self.account, self.region, self.table


def _consumers(esms: Any) -> Iterator[Consumer]:
    for (account, region, name), esm in esms.all_items():
        before, stream, _ = str(esm.get("EventSourceArn", "")).partition("/stream/")
        if stream and ":dynamodb:" in before:
            yield Consumer(account, region, name, before.rpartition("/")[2])


def _scope(table: Any) -> Scope:
    _, _, _, region, account, resource = table["TableArn"].split(":", 5)
    return account, region, resource.removeprefix("table/")


def _by_scope(unread: dict[str, Any]) -> Iterator[tuple[Scope, Any]]:
    for key, value in unread.items():
        account, region, table = key.split("\x00")
        yield (account, region, table), value
