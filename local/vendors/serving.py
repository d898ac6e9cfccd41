"""Runs a stand-in as a process."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from typing import Protocol

_LOOK_SECONDS = 1.0


class StandIn(Protocol):
    @property
    def url(self) -> str: ...

    @property
    def ended(self) -> threading.Event:
        """Set when it does not serve any more."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


def serve(title: str, port: int, make: Callable[[], StandIn]) -> int:
    """Serve until SIGINT or SIGTERM. Returns the exit code: 0, or 1 if the port is taken, or it has ended by itself."""
    stopped = threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: stopped.set())
    try:
        stand_in = make()
    except OSError as problem:
        print(f"the {title} stand-in cannot use port {port}: {problem.strerror}", file=sys.stderr)
        return 1
    stand_in.start()
    print(f"{title} stand-in at {stand_in.url}", flush=True)
    while not stopped.wait(_LOOK_SECONDS):
        if stand_in.ended.is_set():
            print(f"the {title} stand-in has ended by itself", file=sys.stderr)
            return 1
    stand_in.stop()
    return 0
