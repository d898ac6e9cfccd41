"""The fake S3 of these tests fulfils the contract that the index expects of S3; and the size of packs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from souk.storefront.search.adapters.index import s3 as storage
from souk.storefront.search.adapters.index.fields import FORMAT
from souk.storefront.search.adapters.index.manifest import Unreadable, from_text, to_text
from souk.storefront.search.adapters.index.s3 import SegmentStore
from tests.unit.storefront.search.search_worlds import BEGIN, World
from tests.unit.storefront.search.store_contract import FULL, StoreContract


class TestTheFake(StoreContract):
    @pytest.fixture
    def store(self, world: World) -> SegmentStore:
        return world.store

    def now(self) -> datetime:
        return BEGIN


def test_files_are_split_into_packs_of_a_limited_size(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_MOST_PACK_BYTES", 10)
    files = []
    for name, size in (("a", 4), ("b", 6), ("c", 1), ("d", 25), ("e", 2)):
        (tmp_path / name).write_bytes(name.encode() * size)
        files.append(tmp_path / name)
    numbers = iter("12345")
    packed_files = world.store.put(files, lambda: next(numbers))
    assert {name: (packed.pack, packed.offset) for name, packed in packed_files.items()} == {
        "a": ("1", 0),
        "b": ("1", 4),
        "c": ("2", 0),
        "d": ("3", 0),
        "e": ("4", 0),
    }


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"null", b'{"format": 1}', b"\xff", b"[" * 10**5, to_text(FULL)[:-2]]
)
def test_a_text_that_is_not_a_manifest_is_unreadable(text: bytes) -> None:
    with pytest.raises(Unreadable):
        from_text(text, FORMAT)


@pytest.mark.parametrize("bit", [1, 4, 128])
def test_a_manifest_with_any_bit_garbled_is_unreadable(bit: int) -> None:
    text = to_text(FULL)
    for place in range(len(text)):
        garbled = bytearray(text)
        garbled[place] ^= bit
        with pytest.raises(Unreadable):
            from_text(bytes(garbled), FORMAT)


def test_a_manifest_of_another_format_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        from_text(to_text(FULL), FORMAT + 1)
