"""Threads that do one thing again and again, and survive an error of any kind."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

_PAUSE_AFTER_ERROR = 0.5

_log = logging.getLogger("souk.threads")


class Repeating:
    """A thread that calls `work` at once and then every `pause` seconds until it is stopped.

    An error of `work` is logged when it is the first in a row, is in `error` until `work` succeeds, and ends nothing.
    """

    def __init__(self, name: str, work: Callable[[], object], pause: float) -> None:
        self._work = work
        self._pause = pause
        self._stopping = threading.Event()
        self.error: Exception | None = None
        """What the last call of `work` raised; None if it succeeded."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Wait for the call that is under way, and make no other."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def is_stopping(self) -> bool:
        """For `work` that takes long: it may end where it is."""
        return self._stopping.is_set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - of any kind: nothing would do the work any more
                if self.error is None:
                    _log.exception("%s failed, and is tried again", self._thread.name)
                self.error = error
            else:
                self.error = None
            self._stopping.wait(max(self._pause, _PAUSE_AFTER_ERROR if self.error else 0))
