"""A group that was appended is there whole after a kill at any moment; one that was not is not there at all."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def test_what_follows_a_damaged_line_is_not_taken_and_the_next_run_goes_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "tables")
    for group in (b"one", b"two", b"three"):
        journal.append(group)
    file = tmp_path / "tables.journal.1"
    file.write_bytes(file.read_bytes().replace(b"two", b"twx"))
    Journal(tmp_path, "tables").append(b"next run")
    assert _all(tmp_path) == [b"one", b"next run"]


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
