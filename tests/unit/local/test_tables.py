"""What was written to DynamoDB's tables is on disk after a save, in any order of saves, failures and kills."""

from __future__ import annotations

import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from local.copying import copied
from local.journal import Journal
from local.saving import Saver, StateFolder
from local.tables import CONSUMERS, SERVICE, Tables

SCOPE = ("000000000000", "us-east-1", "orders")


class Scoped:
    """As MiniStack's AccountRegionScopedDict."""

    def __init__(self) -> None:
        self._data: dict[Any, Any] = {}

    def get_scoped(self, account: str, region: str, key: str, default: Any = None) -> Any:
        return self._data.get((account, region, key), default)

    def set_scoped(self, account: str, region: str, key: str, value: Any) -> None:
        self._data[account, region, key] = value

    def all_items(self) -> list[Any]:
        return list(self._data.items())

    def all_values(self) -> list[Any]:
        return list(self._data.values())


class Dynamo:
    """The part of MiniStack's module that is used: one table with a stream, one key."""

    def __init__(self) -> None:
        self._tables, self._stream_records, self._stream_trimmed = Scoped(), Scoped(), Scoped()
        for name in (
            "tags", "ttl_settings", "pitr_settings", "kinesis_destinations", "contributor_insights", "backups",
            "resource_policies", "exports", "imports",
        ):  # fmt: skip
            setattr(self, f"_{name}", Scoped())
        for name in ("update_item", "execute_statement", "batch_execute_statement", "execute_transaction"):
            setattr(self, f"_{name}", None)

    def get_account_id(self) -> str:
        return SCOPE[0]

    def get_region(self) -> str:
        return SCOPE[1]

    def create(self) -> None:
        arn = "arn:aws:dynamodb:us-east-1:000000000000:table/orders"
        self._tables._data[SCOPE] = {"TableArn": arn, "TableStatus": "ACTIVE", "items": defaultdict(dict)}

    # The module's functions are looked up at each call, as MiniStack does.

    def _set_item(self, table: Any, pk: str, sk: str, item: Any) -> Any:
        before = table["items"].get(pk, {}).get(sk)
        table["items"].setdefault(pk, {})[sk] = item
        return before

    def _remove_item(self, table: Any, pk: str, sk: str) -> Any:
        return table["items"].get(pk, {}).pop(sk, None)

    def _emit_stream_event(self, table: str, event: str, old: Any, new: Any) -> None:
        self._stream_records._data.setdefault((*SCOPE[:2], table), []).append({"event": event, "new": new})

    def _items_replaced(self, table: Any) -> None:
        pass

    def _put_item(self, pk: str, item: Any) -> None:
        self._set_item(self._tables._data[SCOPE], pk, "-", item)
        self._emit_stream_event("orders", "INSERT", None, item)

    def _delete_item(self, pk: str) -> None:
        self._remove_item(self._tables._data[SCOPE], pk, "-")

    def _transact_write_items(self, *pks: str) -> None:
        for pk in pks:
            self._put_item(pk, {"n": pk})

    _batch_write_item = _transact_write_items


class Lambdas:
    """One consumer of the stream, at `position`."""

    def __init__(self, position: int = 0) -> None:
        self._esms, self._dynamodb_stream_positions = Scoped(), Scoped()
        stream = "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026"
        self._esms._data[*SCOPE[:2], "consumer"] = {"EventSourceArn": stream}
        self._dynamodb_stream_positions._data[*SCOPE[:2], "consumer"] = position

    def get_state(self) -> dict[str, Any]:
        return copied({"esms": self._esms, "dynamodb_stream_positions": self._dynamodb_stream_positions})  # type: ignore[no-any-return]

    def read_to(self, position: int) -> None:
        self._dynamodb_stream_positions._data[*SCOPE[:2], "consumer"] = position

    def load(self, state: dict[str, Any]) -> None:
        self._esms, self._dynamodb_stream_positions = state["esms"], state["dynamodb_stream_positions"]


class Run:
    """One run of the local cloud on a folder."""

    def __init__(self, folder: Path, position: int = 0) -> None:
        self.dynamo, self.lambdas = Dynamo(), Lambdas(position)
        self.files = files = StateFolder(folder, _encode, _decode, lambda _: 1)
        self.tables = Tables(
            self.dynamo, self.lambdas, Journal(folder, SERVICE), _encode, lambda state: files.save(SERVICE, state)
        )
        if state := self.tables.restored(files.load(SERVICE), _decode):
            self.dynamo._tables = state["tables"]
        else:
            self.dynamo.create()
        self.lambdas.load(self.tables.positions_restored(files.load(CONSUMERS) or self.lambdas.get_state()))

    @property
    def items(self) -> dict[str, Any]:
        """By key, those that there are."""
        table = self.dynamo._tables._data[SCOPE]
        return {pk: under["-"] for pk, under in table["items"].items() if "-" in under}

    @property
    def unread(self) -> list[Any]:
        position = self.lambdas._dynamodb_stream_positions.get_scoped(*SCOPE[:2], "consumer")
        first = self.dynamo._stream_trimmed.get_scoped(*SCOPE, 0)
        return list(self.dynamo._stream_records.get_scoped(*SCOPE, [])[position - first :])


def _encode(value: Any) -> Any:
    if isinstance(value, Scoped):
        return {"__scoped__": [[list(key), entry] for key, entry in value._data.items()]}
    raise TypeError(type(value).__name__)


def _decode(value: dict[str, Any]) -> Any:
    if "__scoped__" not in value:
        return value
    made = Scoped()
    made._data = {tuple(key): entry for key, entry in value["__scoped__"]}
    return made


def test_writes_and_removals_are_there_after_a_kill_and_what_was_not_saved_is_not(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.dynamo._put_item("a", {"n": 1})
    run.dynamo._put_item("b", {"n": 1})
    run.tables.save()
    run.dynamo._put_item("a", {"n": 2})
    run.dynamo._delete_item("b")
    run.tables.save()
    run.dynamo._put_item("c", {"n": 1})
    assert Run(tmp_path).items == {"a": {"n": 2}}


def test_a_save_writes_what_changed_and_not_the_tables(tmp_path: Path) -> None:
    run = Run(tmp_path)
    for number in range(1000):
        run.dynamo._put_item(f"item-{number}", {"text": "x" * 100})
    run.tables.save()
    snapshot = (tmp_path / "dynamodb.json").stat()
    run.dynamo._put_item("a", {"n": 1})
    run.tables.save()
    assert (tmp_path / "dynamodb.json").stat() == snapshot
    assert max(file.stat().st_size for file in tmp_path.glob("dynamodb.journal.2")) < 500
    assert Run(tmp_path).items["a"] == {"n": 1}


def test_runs_that_are_killed_one_after_the_other_add_up(tmp_path: Path) -> None:
    for number in range(8):
        run = Run(tmp_path)
        run.dynamo._put_item(f"saved-{number}", {})
        run.tables.save()
        if number % 3 == 0:
            run.dynamo._put_item(f"also-{number}", {})
            run.tables.save()
        run.dynamo._put_item(f"lost-{number}", {})
    assert set(Run(tmp_path).items) == {*(f"saved-{n}" for n in range(8)), "also-0", "also-3", "also-6"}
    assert len(list(tmp_path.glob("dynamodb.journal.*"))) <= 4


def test_a_torn_snapshot_gives_way_to_the_one_before_and_its_journals(tmp_path: Path) -> None:
    for pk in ("a", "b", "c"):
        run = Run(tmp_path)
        run.dynamo._put_item(pk, {})
        run.tables.save()
        run.dynamo._put_item(f"{pk}-later", {})
        run.tables.save()
    (tmp_path / "dynamodb.json").write_bytes(b'{"payload": {')
    assert set(Run(tmp_path).items) == {"a", "a-later", "b", "b-later", "c", "c-later"}


@pytest.mark.parametrize("what", ["append", "begin"])
def test_what_a_failed_save_could_not_write_is_written_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Before the journal has it, or after the snapshot was written."""
    run = Run(tmp_path)
    run.dynamo._put_item("a", {})

    with monkeypatch.context() as patched:
        patched.setattr(Journal, what, _full)
        with pytest.raises(OSError, match="No space left"):
            run.tables.save()
    assert run.tables.pending
    run.dynamo._put_item("b", {})
    run.tables.save()
    assert not run.tables.pending
    assert set(Run(tmp_path).items) == {"a", "b"}


def _full(*_: Any) -> None:
    raise OSError(28, "No space left on device")


def test_what_waits_for_room_on_the_disk_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(tmp_path)
    run.tables.save()
    monkeypatch.setattr("local.tables._MOST_WAITING", 10)
    for number in range(20):
        run.dynamo._put_item(f"{number}", {})
    with monkeypatch.context() as patched:
        patched.setattr(run.tables, "_write_snapshot", _full)
        for number in range(20, 23):
            with pytest.raises(OSError, match="No space left"):
                run.tables.save()
            assert Run(tmp_path).items == {}, "later changes without the earlier ones"
            run.dynamo._put_item(f"{number}", {})
    run.tables.save()
    assert len(Run(tmp_path).items) == 23
    run.dynamo._put_item("23", {})
    run.tables.save()
    (tmp_path / "dynamodb.json").write_bytes(b"torn")
    assert len(Run(tmp_path).items) == 24, "the snapshot before has no hole either"


def test_a_changed_description_of_a_table_is_saved(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.tables.save()
    run.dynamo._tables._data[SCOPE]["TableStatus"] = "UPDATING"
    run.tables.save()
    assert Run(tmp_path).dynamo._tables._data[SCOPE]["TableStatus"] == "UPDATING"


def test_items_replaced_as_a_whole_are_saved(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.dynamo._put_item("a", {})
    run.tables.save()
    table = run.dynamo._tables._data[SCOPE]
    table["items"] = defaultdict(dict, {"restored": {"-": {}}})
    run.dynamo._items_replaced(table)
    assert run.tables.pending
    run.tables.save()
    assert set(Run(tmp_path).items) == {"restored"}


def test_records_that_no_consumer_has_read_are_kept_at_their_positions(tmp_path: Path) -> None:
    run = Run(tmp_path)
    for pk in ("a", "b", "c"):
        run.dynamo._put_item(pk, {"n": pk})
    run.tables.save()
    run.dynamo._put_item("d", {"n": "d"})
    run.tables.save()
    assert [one["new"]["n"] for one in Run(tmp_path, position=2).unread] == ["c", "d"]


def test_a_snapshot_keeps_what_a_consumer_has_read_and_whose_position_is_not_on_disk(tmp_path: Path) -> None:
    """A kill after it loses what the consumer did with the event: it has to read the event once more."""
    run = Run(tmp_path)
    saver = Saver(run.files, lambda: {CONSUMERS: run.lambdas.get_state, "executions": copy_executions})
    saver.tables = run.tables

    def copy_executions() -> dict[str, Any]:
        run.lambdas.read_to(2)  # a consumer goes on between the copy and the snapshot
        run.dynamo._tables._data[SCOPE]["TableStatus"] = "UPDATING"
        return {"started": []}

    for pk in ("a", "b", "c"):
        run.dynamo._put_item(pk, {"n": pk})
    saver.save_now()
    assert [one["new"]["n"] for one in Run(tmp_path).unread] == ["a", "b", "c"]
    run.lambdas.read_to(3)
    run.dynamo._tables._data[SCOPE]["TableStatus"] = "ACTIVE"
    run.tables.save()  # as the thread of the journal does, without the other services
    assert [one["new"]["n"] for one in Run(tmp_path).unread] == ["a", "b", "c"]
    saver.save_now()
    assert [one["new"]["n"] for one in Run(tmp_path).unread] == []


def test_what_no_consumer_on_disk_has_to_read_is_not_kept_for_ever(tmp_path: Path) -> None:
    run = Run(tmp_path)
    saver = Saver(run.files, lambda: {CONSUMERS: run.lambdas.get_state})
    saver.tables = run.tables
    run.dynamo._put_item("a", {"n": "a"})
    run.lambdas.read_to(1)
    saver.save_now()
    for status in ("UPDATING", "ACTIVE"):
        run.dynamo._tables._data[SCOPE]["TableStatus"] = status
        run.tables.save()
    assert b'"event"' not in (tmp_path / "dynamodb.json").read_bytes()


def test_a_consumer_beyond_the_end_of_what_was_kept_gets_what_is_written_next(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.dynamo._put_item("a", {"n": "a"})
    run.tables.save()
    again = Run(tmp_path, position=7)
    again.dynamo._put_item("b", {"n": "b"})
    assert [one["new"]["n"] for one in again.unread] == ["b"]


def test_a_transaction_is_saved_whole_or_not_at_all(tmp_path: Path) -> None:
    """While one thread writes pairs, another saves; every line of the journal has both of a pair."""
    run = Run(tmp_path)
    enough, over = threading.Event(), threading.Event()

    def write() -> None:
        try:
            for number in range(3000):
                if number == 2900:
                    enough.wait(20)  # for a save in between
                run.dynamo._transact_write_items(f"left-{number}", f"right-{number}")
        finally:
            over.set()

    writer = threading.Thread(target=write)
    writer.start()
    saves = 0
    while not over.is_set():
        run.tables.save()
        now = set(Run(tmp_path).items)
        left, right = ({pk.partition("-")[2] for pk in now if pk.startswith(side)} for side in ("left", "right"))
        assert left == right
        saves += 0 < len(now) < 6000
        enough.set()
    writer.join()
    assert saves, "no save in between"
    run.tables.save()
    assert len(Run(tmp_path).items) == 6000


def test_writers_on_many_threads_lose_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path)

    def write(name: int) -> None:
        for number in range(500):
            run.dynamo._batch_write_item(f"{name}-{number}")

    writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        run.tables.save()
    run.tables.save()
    assert len(Run(tmp_path).items) == 2000
