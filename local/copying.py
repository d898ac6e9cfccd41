"""Copies of MiniStack's state while others change it.

MiniStack's `get_state` of a service copies with copy.deepcopy, which is Python code: a thread that adds to a dictionary
meanwhile makes it raise RuntimeError ("dictionary changed size during iteration"), in a burst again and again.
"""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, SimpleNamespace
from typing import Any, Final

_PROTOCOL: Final = 5
_LARGE: Final = 64 * 1024
"""From this size on, pickle writes contents as they are instead of into a frame."""

type State = dict[str, Any]


def copied(value: Any) -> Any:
    """A deep copy that no other thread can disturb; `bytes` of 64 KB or more (layers) are the original's own objects.

    pickle's C code keeps the interpreter's lock from beginning to end. MiniStack's scoped dictionaries are copied entry
    by entry, so that it is kept for one entry at a time.
    """
    entries = getattr(value, "_data", None)
    if isinstance(entries, dict):
        fresh = type(value)()
        fresh._data.update((key, copied(entry)) for key, entry in list(entries.items()))
        return fresh
    try:
        return _pickled(value)
    except (pickle.PicklingError, TypeError, AttributeError):  # holds something that is not data
        return copy.deepcopy(value)


def _pickled(value: Any) -> Any:
    """A `persistent_id` would leave large contents out as well, but it is Python code that is called for each object:
    other threads would get their turn in between. The memo of what was pickled before has the same effect.
    """
    chunks = _dumped(value, ())
    # Large contents are written as they are, between frames. What is taken for one by mistake is only not used.
    large = [chunk for chunk in chunks[1:] if len(chunk) >= _LARGE and chunk[:1] != pickle.FRAME]
    if not large:
        return pickle.loads(b"".join(chunks))
    memorized = (pickle.NEXT_BUFFER + pickle.MEMOIZE + pickle.POP) * len(large) + pickle.NONE + pickle.STOP
    unpickler = pickle.Unpickler(io.BytesIO(memorized + b"".join(_dumped(value, large))), buffers=large)
    unpickler.load()
    return unpickler.load()


def _dumped(value: Any, known: Sequence[bytes]) -> list[bytes]:
    """The pickle of a value in which `known` are references to the first entries of the memo."""
    chunks: list[Any] = []
    file: Any = SimpleNamespace(write=chunks.append)
    pickler: Any = pickle.Pickler(file, _PROTOCOL)
    pickler.memo = {id(content): (number, content) for number, content in enumerate(known)}
    pickler.dump(value)
    return [bytes(chunk) for chunk in chunks]


def reading(
    get_state: Callable[[], State | None], instead: Callable[[], Mapping[str, Any]] = dict
) -> Callable[[], State | None]:
    """MiniStack's own `get_state`, with `copied` where it says copy.deepcopy.

    `instead` has values for variables of its module: what is thrown away afterwards need not be copied before.
    """
    function: Any = get_state

    def read() -> State | None:
        names = {**function.__globals__, "copy": _COPY, **instead()}
        again = FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
        state: State | None = again()
        return state

    return read


_COPY = SimpleNamespace(copy=copy.copy, deepcopy=copied)
