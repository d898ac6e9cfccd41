"""State on disk is whole at all times, and only what changed is written."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.copying import copied
from local.durably import replace_durably
from local.pending import Pending
from local.saving import INTERVAL, LATE, Saver, StateFolder
from local.testing import wait_until


def _refuse(value: Any) -> Any:
    raise TypeError(type(value).__name__)


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path, _refuse, lambda value: value, lambda _: 2)


def test_a_state_comes_back_as_it_was_saved(folder: StateFolder) -> None:
    folder.save("tables", {"items": {"a": 1}})
    assert folder.load("tables") == {"items": {"a": 1}}


def test_what_was_never_saved_is_nothing(folder: StateFolder) -> None:
    assert folder.load("tables") is None


def test_an_unchanged_state_is_not_written_again(folder: StateFolder, tmp_path: Path) -> None:
    assert folder.save("tables", {"a": 1})
    before = (tmp_path / "tables.json").stat().st_ino
    assert not folder.save("tables", {"a": 1})
    assert (tmp_path / "tables.json").stat().st_ino == before


def test_a_state_as_it_begins_gets_no_file_until_it_changes(folder: StateFolder, tmp_path: Path) -> None:
    folder.take_as_empty("tables", {"a": 0})
    folder.save("tables", {"a": 0})
    assert not (tmp_path / "tables.json").exists()
    folder.save("tables", {"a": 1})
    folder.save("tables", {"a": 0})
    assert folder.load("tables") == {"a": 0}


@pytest.mark.parametrize("torn", [b"", b'{"payload": {"a"', b"\xff\xfe", b"[]", b"null", b"{}"])
def test_a_torn_file_gives_way_to_the_one_before_and_is_kept_aside(
    folder: StateFolder, tmp_path: Path, torn: bytes
) -> None:
    folder.save("tables", {"a": 1})
    folder.save("tables", {"a": 2})
    (tmp_path / "tables.json").write_bytes(torn)
    assert folder.load("tables") == {"a": 1}
    assert (tmp_path / "tables.torn").read_bytes() == torn


def test_two_torn_files_are_a_fresh_start_and_not_a_crash(folder: StateFolder, tmp_path: Path) -> None:
    folder.save("tables", {"a": 1})
    folder.save("tables", {"a": 2})
    for name in ("tables.json", "tables.json.previous"):
        (tmp_path / name).write_bytes(b"{")
    assert folder.load("tables") is None


def test_large_contents_are_stored_once_and_come_back(folder: StateFolder, tmp_path: Path) -> None:
    layer = b"x" * 100_000
    folder.save("functions", {"one": layer, "two": layer})
    assert len(list((tmp_path / "blobs").iterdir())) == 1
    assert (tmp_path / "functions.json").stat().st_size < 1_000
    assert folder.load("functions") == {"one": layer, "two": layer}


def test_large_contents_are_hashed_once_and_kept_in_memory_as_long_as_they_are_there(folder: StateFolder) -> None:
    """A copy of each layer that stays at each save would be gigabytes in a few minutes."""
    layers: dict[str, Any] = {"one": b"x" * 100_000, "saves": 0}
    for layers["saves"] in range(3):
        folder.save("functions", copied(layers))
    kept = [content for content, _ in folder._hashes["functions"].values()]
    assert len(kept) == 1
    assert kept[0] is layers["one"]
    folder.save("functions", {"saves": 3})
    assert folder._hashes == {"functions": {}}


def test_a_missing_blob_falls_back_like_a_torn_file(folder: StateFolder, tmp_path: Path) -> None:
    folder.save("functions", {"old": True})
    folder.save("functions", {"new": b"x" * 100_000})
    for blob in (tmp_path / "blobs").iterdir():
        blob.unlink()
    assert folder.load("functions") == {"old": True}


def test_a_newer_format_is_left_alone(folder: StateFolder, tmp_path: Path) -> None:
    newer = json.dumps({"__ministack_format__": 3, "payload": {"a": 1}})
    (tmp_path / "tables.json").write_text(newer)
    assert folder.load("tables") is None
    assert (tmp_path / "tables.json").read_text() == newer


def test_a_failed_write_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state.json"
    replace_durably(file, b"old")

    monkeypatch.setattr("local.durably.os.fsync", _full)
    with pytest.raises(OSError, match="No space left"):
        replace_durably(file, b"new")
    assert file.read_bytes() == b"old"


def test_a_state_that_changes_while_it_is_copied_is_copied_again(folder: StateFolder) -> None:
    attempts = iter([RuntimeError("dictionary changed size during iteration")] * 3)

    def state() -> dict[str, Any]:
        for error in attempts:
            raise error
        return {"a": 1}

    Saver(folder, lambda: {"tables": state}).save_now()
    assert folder.load("tables") == {"a": 1}


def test_a_service_is_saved_again_until_it_is_at_rest(folder: StateFolder) -> None:
    """An execution ends after the request that began it."""
    clock = Clock()
    states = iter([1, 2, 2, 3])
    saver = Saver(folder, lambda: {"executions": lambda: {"a": next(states)}}, clock)
    saver.touch()
    for _ in range(5):
        clock.now += INTERVAL
        saver.save_what_changed()
    assert folder.load("executions") == {"a": 2}
    assert list(states) == [3], "at rest, nothing is copied"


def test_what_a_later_save_found_and_could_not_write_is_written_by_the_next(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has noted it: the save that found something new before it is why there was another one."""
    clock = Clock()
    states = iter([1, 2, 3, 3])
    saver = Saver(folder, lambda: {"executions": lambda: {"a": next(states)}}, clock)
    saver.touch()
    clock.now = INTERVAL
    saver.save_what_changed()
    with monkeypatch.context() as full:
        full.setattr("local.durably.os.fsync", _full)
        clock.now += INTERVAL
        with pytest.raises(OSError, match="No space left"):
            saver.save_what_changed()
    assert folder.load("executions") == {"a": 1}
    clock.now += LATE + 0.1
    assert saver.is_late
    saver.save_what_changed()
    assert (folder.load("executions"), saver.is_late) == ({"a": 3}, False)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Failing:
    """A service whose state cannot be had, or cannot be written, for a while."""

    def __init__(self, folder: StateFolder) -> None:
        self.error: BaseException | None = None
        self.state: dict[str, Any] = {"a": 1}
        self.clock = Clock()
        self.saver = Saver(folder, lambda: {"tables": self._get_state}, self.clock)

    def _get_state(self) -> dict[str, Any]:
        if self.error:
            raise self.error
        return self.state


@pytest.fixture
def failing(folder: StateFolder) -> Iterator[Failing]:
    service = Failing(folder)
    service.saver.start()
    yield service
    service.saver.stop()


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (RuntimeError("dictionary changed size during iteration"), "RuntimeError: dictionary changed size"),
        (KeyError("streams"), "KeyError: 'streams'"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (RecursionError("too deep"), "RecursionError: too deep"),
    ],
)
def test_an_error_of_any_kind_is_shown_and_what_it_kept_is_saved_afterwards(
    failing: Failing, folder: StateFolder, error: Exception, says: str
) -> None:
    failing.error = error
    failing.clock.now = INTERVAL
    failing.saver.touch()
    wait_until(lambda: failing.saver.problems)
    assert failing.saver.problems[0].startswith(f"The state cannot be saved: {says}")
    failing.clock.now += LATE + 1
    assert failing.saver.is_late
    failing.error = None
    wait_until(lambda: not failing.saver.problems)
    assert (failing.saver.is_late, folder.load("tables")) == (False, {"a": 1})


def test_a_state_that_cannot_be_written_down_is_shown_and_saved_afterwards(
    failing: Failing, folder: StateFolder
) -> None:
    failing.state = {"a": object()}
    failing.clock.now = INTERVAL
    failing.saver.touch()
    wait_until(lambda: failing.saver.problems)
    failing.state = {"a": 2}
    wait_until(lambda: not failing.saver.problems)
    assert folder.load("tables") == {"a": 2}


def test_a_store_that_has_not_saved_for_long_says_so_even_if_no_thread_is_left(folder: StateFolder) -> None:
    clock = Clock()
    saver = Saver(folder, lambda: {"tables": lambda: {"a": 1}}, clock)
    saver.touch()
    clock.now = LATE
    assert (saver.is_late, saver.problems) == (False, ())
    clock.now += 0.1
    assert (saver.is_late, saver.problems) == (True, (f"The state has not been saved for more than {LATE:.0f} s.",))
    saver.save_now()
    assert (saver.is_late, saver.problems) == (False, ())
    clock.now += 1000
    assert not saver.is_late, "nothing has changed since"


def test_a_problem_does_not_hide_another_one(folder: StateFolder) -> None:
    """What is not said any more is shown as over."""
    saver = Saver(folder, dict)
    tables: Any = SimpleNamespace(pending=Pending(), problem="The journal is damaged.")
    saver.tables = tables
    assert list(saver.problems) == ["The journal is damaged."]
    for thread, error in zip(saver._threads, (OSError(28, "No space left on device"), KeyError("a")), strict=True):
        thread.error = error
    assert list(saver.problems) == [
        "The state cannot be saved: No space left on device.",
        "The state cannot be saved: KeyError: 'a'.",
        "The journal is damaged.",
    ]


def test_a_save_that_does_not_end_is_late(folder: StateFolder) -> None:
    clock = Clock()

    def slow() -> dict[str, Any]:
        clock.now += LATE + 1
        late.append(saver.is_late)
        return {"a": 1}

    late: list[bool] = []
    saver = Saver(folder, lambda: {"tables": slow}, clock)
    saver.touch()
    saver.save_now()
    assert (late, saver.is_late) == ([True], False)


def test_changes_of_the_tables_do_not_wait_for_another_service(folder: StateFolder) -> None:
    copying, over = threading.Event(), threading.Event()

    def slow() -> dict[str, Any]:
        copying.set()
        assert over.wait(20)
        return {"a": 1}

    saver = Saver(folder, lambda: {"functions": slow})
    saved = threading.Event()
    tables: Any = SimpleNamespace(pending=Pending(), save=saved.set)
    saver.tables = tables
    saver.start()
    saver.touch()
    assert copying.wait(20)
    saved.clear()
    tables.pending.note()
    assert saved.wait(20)
    over.set()
    saver.stop()


def test_the_others_are_copied_before_the_tables_and_written_after_them(folder: StateFolder, tmp_path: Path) -> None:
    """Or a consumer's position would be on disk, and what it wrote when it had read that far would not."""
    position, seen = 1, {}

    def save_tables() -> None:
        nonlocal position
        seen["on disk"] = folder.load("functions")
        position = 2  # a consumer goes on meanwhile

    saver = Saver(folder, lambda: {"functions": lambda: {"position": position}})
    tables: Any = SimpleNamespace(pending=Pending(), save=save_tables)
    saver.tables = tables
    saver.save_now()
    assert (seen["on disk"], folder.load("functions")) == (None, {"position": 1})


def test_how_far_events_were_read_is_copied_before_all_else_and_written_after(folder: StateFolder) -> None:
    """Between two files a kill must not leave a position beyond what the consumer has begun."""
    copied_services, written = [], []
    save = folder.save

    def copy(service: str) -> dict[str, Any]:
        copied_services.append(service)
        return {"a": 1}

    def record(service: str, state: dict[str, Any]) -> bool:
        written.append(service)
        return save(service, state)

    folder.save = record  # type: ignore[method-assign]
    services = ("functions", "lambda", "sqs", "stepfunctions")
    Saver(folder, lambda: {name: partial(copy, name) for name in services}).save_now()
    assert set(copied_services[:2]) == set(written[-2:]) == {"lambda", "sqs"}
    assert len(copied_services) == len(written) == len(services)
