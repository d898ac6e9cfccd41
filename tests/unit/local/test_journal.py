"""A group that was appended is there whole after a kill at any moment; one that was not is not there at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from local.durably import replace_durably
from local.journal import Journal


def _all(folder: Path, since: int = 0) -> list[bytes]:
    return list(Journal(folder, "tables").since(since))


def test_groups_come_back_in_order_over_several_runs(tmp_path: Path) -> None:
    for run in (b"first", b"second"):
        journal = Journal(tmp_path, "tables")
        journal.append(run + b" a")
        journal.append(run + b" b")
    assert _all(tmp_path) == [b"first a", b"first b", b"second a", b"second b"]


def test_a_kill_at_any_byte_loses_the_last_group_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "tables")
    journal.append(b"kept")
    kept = journal.size
    journal.append(b"last")
    file = tmp_path / "tables.journal.1"
    whole = file.read_bytes()
    for length in range(kept, len(whole)):
        file.write_bytes(whole[:length])
        assert _all(tmp_path) == [b"kept"], length
    file.write_bytes(whole)
    assert _all(tmp_path) == [b"kept", b"last"]


@pytest.mark.parametrize("damaged", [b"two", b"one"])
def test_nothing_that_was_written_after_a_damaged_line_is_taken(tmp_path: Path, damaged: bytes) -> None:
    """It was on disk once: what follows, in its file and in the next ones, builds on it."""
    journal = Journal(tmp_path, "tables")
    for group in (b"one", b"two", b"three"):
        journal.append(group)
    file = tmp_path / "tables.journal.1"
    file.write_bytes(held := file.read_bytes().replace(damaged, b"xxx"))
    Journal(tmp_path, "tables").append(b"next run")
    again = Journal(tmp_path, "tables")
    intact = [b"one"] if damaged == b"two" else []
    assert list(again.since(0)) == intact
    assert "tables.journal.1 is damaged" in again.problem
    assert (tmp_path / "tables.journal.1.torn").read_bytes() == held
    again.append(b"goes on")
    last = Journal(tmp_path, "tables")
    assert (list(last.since(0)), last.problem) == ([*intact, b"goes on"], "")


def test_a_torn_last_line_is_no_damage_and_the_next_run_goes_on(tmp_path: Path) -> None:
    """A kill during a save: nobody was answered that the group is saved."""
    journal = Journal(tmp_path, "tables")
    for group in (b"one", b"two"):
        journal.append(group)
    file = tmp_path / "tables.journal.1"
    file.write_bytes(file.read_bytes()[:-3])
    Journal(tmp_path, "tables").append(b"next run")
    again = Journal(tmp_path, "tables")
    assert (list(again.since(0)), again.problem) == ([b"one", b"next run"], "")


def test_the_name_of_a_new_file_is_on_disk_before_an_append_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    sync = os.fsync

    def record(handle: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{handle}"))
        sync(handle)

    monkeypatch.setattr(os, "fsync", record)
    journal = Journal(tmp_path, "tables")
    journal.append(b"one")
    journal.append(b"two")
    assert synced == [f"{tmp_path}/tables.journal.1", str(tmp_path), f"{tmp_path}/tables.journal.1"]
    synced.clear()
    replace_durably(tmp_path / "tables.json", b"{}")
    assert synced == [f"{tmp_path}/tables.json.new", str(tmp_path)]


def test_an_append_that_failed_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path, "tables")
    journal.append(b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("local.journal.os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            journal.append(b"longer than what follows")
    journal.append(b"after")
    assert _all(tmp_path) == [b"before", b"after"]


def test_only_what_a_kept_snapshot_lacks_is_kept_and_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "tables")
    for number in (1, 2, 3):
        journal.begin(number)
        journal.append(b"%d" % number)
    assert _all(tmp_path, since=2) == [b"2", b"3"]
    journal.forget_before(3)
    assert _all(tmp_path) == [b"3"]
