"""A copy is whole while others change what is copied."""

from __future__ import annotations

import copy
import pickle
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from types import FunctionType
from typing import Any

import pytest

from local.copying import copied, reading
from local.testing import wait_until


class Scoped:
    """As MiniStack's AccountRegionScopedDict."""

    def __init__(self) -> None:
        self._data: dict[Any, Any] = {}


_streams: dict[str, Any] = {}


def _get_state() -> dict[str, Any]:
    """As MiniStack's services do."""
    return {"streams": copy.deepcopy(_streams)}


@pytest.fixture
def changing() -> Iterator[None]:
    """A thread that adds to and removes from `_streams` all the time, and is given its turn often."""
    over, before = threading.Event(), sys.getswitchinterval()

    def change() -> None:
        for number in count():
            _streams[f"stream-{number}"] = {"events": [{"number": number}]}
            _streams.pop(f"stream-{number - 500}", None)
            if over.is_set():
                return

    sys.setswitchinterval(1e-5)
    thread = threading.Thread(target=change)
    thread.start()
    yield
    over.set()
    thread.join()
    sys.setswitchinterval(before)
    _streams.clear()


def _disturbed(get_state: Any) -> int:
    """How many of 100 copies were."""
    disturbed = 0
    for _ in range(100):
        try:
            get_state()
        except RuntimeError:
            disturbed += 1
    return disturbed


@pytest.mark.usefixtures("changing")
@pytest.mark.parametrize("layer", [b"", b"x" * 100_000], ids=["small", "large contents"])
def test_what_others_change_meanwhile_is_copied_nevertheless(layer: bytes) -> None:
    _streams["layer"] = layer
    wait_until(lambda: _disturbed(_get_state))  # by then so much is there that a copy takes long enough
    assert _disturbed(reading(_get_state)) == 0


def test_a_copy_shares_nothing_with_its_original() -> None:
    value = {"a": [1, {"b": b"x"}], "c": defaultdict(dict, d={}), 3: (None, 1.5, {"e"})}
    made = copied(value)
    assert made == value
    made["a"][1]["b"] = b"y"
    assert value["a"][1]["b"] == b"x"  # type: ignore[index]
    assert isinstance(made["c"], defaultdict)


@pytest.mark.parametrize("size", [64 * 1024, 300_000])
def test_large_contents_are_not_copied(size: int) -> None:
    """Layers have megabytes, and are copied at every save."""
    layer, archive, text = b"x" * size, pickle.FRAME * size, "x" * size
    value = {"z": layer, "again": [layer, {"archive": archive, "text": text, "array": bytearray(layer)}], "b": b"x"}
    made = copied(value)
    assert made == value
    assert made["z"] is made["again"][0] is layer
    assert made["again"] is not value["again"]
    assert made["again"][1]["array"] is not value["again"][1]["array"]  # type: ignore[index]


def test_scoped_dictionaries_are_copied_with_all_their_scopes() -> None:
    value = Scoped()
    value._data = {("1", "us-east-1", "a"): {"b": [1]}}
    made = copied({"stores": [1]}), copied(value)
    assert isinstance(made[1], Scoped)
    assert made[1]._data == value._data
    assert made[1]._data["1", "us-east-1", "a"] is not value._data["1", "us-east-1", "a"]


def test_what_is_no_data_is_copied_as_deepcopy_does() -> None:
    value = {"call": lambda: 1, "list": [1]}
    made = copied(value)
    assert isinstance(made["call"], FunctionType)
    assert made["list"] is not value["list"]


def test_what_is_thrown_away_is_not_copied() -> None:
    class Uncopied:
        def __reduce__(self) -> Any:
            raise AssertionError

    _streams["a"] = Uncopied()
    assert reading(_get_state, lambda: {"_streams": {}})() == {"streams": {}}
    _streams.clear()
