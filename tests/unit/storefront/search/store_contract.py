"""The contract that the index expects of S3, tested on the fake in tests/unit and on moto in tests/functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from souk.storefront.search.adapters.index.fields import FORMAT
from souk.storefront.search.adapters.index.manifest import Manifest, PackedFile, Rebuild
from souk.storefront.search.adapters.index.s3 import Damaged, SegmentStore, Superseded

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
FULL = Manifest(
    FORMAT,
    "one",
    '{"segments":[]}',
    {"a.idx": PackedFile("p", 0, 3, "00")},
    {"old": AT},
    Rebuild("r", AT, frozenset("xy")),
)


class StoreContract:
    """Subclasses have a fixture `store`."""

    def test_there_is_no_manifest_at_first(self, store: SegmentStore) -> None:
        assert store.load() is None

    def test_a_published_manifest_is_loaded(self, store: SegmentStore) -> None:
        published = store.publish(FULL, None)
        loaded = store.load()
        assert loaded == published
        assert loaded is not None
        assert loaded.manifest == FULL

    def test_a_manifest_that_is_known_is_not_read_again(self, store: SegmentStore) -> None:
        known = store.publish(FULL, None)
        assert store.load(known) is known
        store.publish(replace(FULL, commit="two"), known)
        renewed = store.load(known)
        assert renewed is not None
        assert renewed.manifest is not None
        assert renewed.manifest.commit == "two"

    def test_only_one_writer_publishes_the_first_manifest(self, store: SegmentStore) -> None:
        store.publish(FULL, None)
        with pytest.raises(Superseded):
            store.publish(replace(FULL, commit="two"), None)

    def test_only_one_writer_replaces_a_manifest(self, store: SegmentStore) -> None:
        base = store.publish(FULL, None)
        store.publish(replace(FULL, commit="two"), base)
        with pytest.raises(Superseded):
            store.publish(replace(FULL, commit="three"), base)
        loaded = store.load()
        assert loaded is not None
        assert loaded.manifest is not None
        assert loaded.manifest.commit == "two"

    def test_publishing_the_same_manifest_twice_succeeds(self, store: SegmentStore) -> None:
        base = store.publish(FULL, None)
        second = store.publish(replace(FULL, commit="two"), base)
        assert store.publish(replace(FULL, commit="two"), base) == second

    def test_any_selection_of_files_is_fetched_unchanged(self, store: SegmentStore, tmp_path: Path) -> None:
        packed_files = store.put(self._files(tmp_path), self._ids("p"))
        for wanted in (["a", "b", "c"], ["b"], ["a", "c"], ["c"]):
            folder = tmp_path / ("of " + "".join(wanted))
            folder.mkdir()
            store.fetch({name: packed_files[name] for name in wanted}, folder)
            assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
                name: (tmp_path / name).read_bytes() for name in wanted
            }

    def test_files_of_several_packs_are_fetched_together(self, store: SegmentStore, tmp_path: Path) -> None:
        files = self._files(tmp_path)
        new_id = self._ids("p")
        packed_files = {name: packed for file in files for name, packed in store.put([file], new_id).items()}
        folder = tmp_path / "fetched"
        folder.mkdir()
        store.fetch(packed_files, folder)
        assert len({packed.pack for packed in packed_files.values() if packed.size}) == 2
        assert sorted(file.name for file in folder.iterdir()) == ["a", "b", "c"]

    def test_a_missing_shortened_or_changed_file_is_damage(self, store: SegmentStore, tmp_path: Path) -> None:
        packed_files = store.put(self._files(tmp_path), self._ids("p"))
        good = packed_files["b"]
        for bad in (
            replace(good, pack="none"),
            replace(good, offset=10**6),
            replace(good, offset=good.offset + 1),
            replace(good, sha256="0" * 64),
        ):
            with pytest.raises(Damaged):
                store.fetch({"b": bad}, tmp_path)

    def test_packs_are_removed_and_removing_them_again_succeeds(self, store: SegmentStore, tmp_path: Path) -> None:
        store.put(self._files(tmp_path), self._ids("p"))
        tomorrow = self.now() + timedelta(days=1)
        assert store.packs_before(self.now() - timedelta(days=1)) == []
        assert store.packs_before(tomorrow) == ["p1"]
        store.remove(["p1", "never"])
        store.remove(["p1"])
        assert store.packs_before(tomorrow) == []

    def now(self) -> datetime:
        return datetime.now(UTC)

    def _files(self, folder: Path) -> list[Path]:
        contents: dict[str, Any] = {"a": b"first", "b": bytes(range(256)) * 40, "c": b""}
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        return [folder / name for name in contents]

    def _ids(self, prefix: str) -> Callable[[], str]:
        numbers = count(1)
        return lambda: f"{prefix}{next(numbers)}"
