"""How other commands find a running stack: the data folder says where it answers, and its lock whether it lives."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Where a running stack answers: the API, AWS, and the stand-ins' pages (empty without them); and its process."""

    api: str
    endpoint: str
    ebay: str
    stripe: str
    pid: int


def running(data: Path) -> Places | None:
    """The stack that runs on this data folder, if one does: the lock, not the file, tells that it lives."""
    try:
        with (data / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        try:
            places = Places(**json.loads((data / "running").read_bytes()))
            os.kill(places.pid, 0)
        except (FileNotFoundError, ProcessLookupError):
            return None  # it is starting
        return places
