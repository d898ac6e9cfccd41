"""Since when something waits to be saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Pending:
    """A change is noted after it was made; a save is made inside `saving`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._noted: float | None = None
        self._saving: float | None = None

    def note(self) -> None:
        if self._noted is None:
            self._noted = self._clock()

    def __bool__(self) -> bool:
        return self._noted is not None

    @property
    def age(self) -> float:
        """Seconds since the oldest change that is not on disk, one that is being saved included; 0 without one."""
        waiting = [at for at in (self._saving, self._noted) if at is not None]
        return self._clock() - min(waiting) if waiting else 0.0

    @contextmanager
    def saving(self) -> Iterator[None]:
        """What was noted before is saved when the block ends. When it raises, something waits, noted or not: since the
        note, or since the block began.
        """
        began = self._clock()
        self._saving, self._noted = self._noted, None
        try:
            yield
        except BaseException:
            self._noted = began if self._saving is None else self._saving
            raise
        finally:
            self._saving = None
