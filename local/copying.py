"""Copies of MiniStack's state while others change it.

MiniStack's `get_state` of a service copies with copy.deepcopy, which is Python code: a thread that adds to a dictionary
meanwhile makes it raise RuntimeError ("dictionary changed size during iteration"), in a burst again and again.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Mapping
from types import FunctionType, SimpleNamespace
from typing import Any

type State = dict[str, Any]


def copied(value: Any) -> Any:
    """A deep copy that no other thread can disturb.

    pickle's C code keeps the interpreter's lock from beginning to end. MiniStack's scoped dictionaries are copied entry
    by entry, so that it is kept for one entry at a time.
    """
    entries = getattr(value, "_data", None)
    if isinstance(entries, dict):
        fresh = type(value)()
        fresh._data.update((key, copied(entry)) for key, entry in list(entries.items()))
        return fresh
    try:
        return pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    except (pickle.PicklingError, TypeError, AttributeError):  # holds something that is not data
        return copy.deepcopy(value)


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
