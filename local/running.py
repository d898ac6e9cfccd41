"""How other commands find a running stack: a file in the data folder has its URLs, and a lock shows that it runs."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """URLs of a running stack: the API, AWS, and the stand-ins (empty if there is none); and its process id."""

    api: str
    endpoint: str
    ebay: str
    stripe: str
    pid: int


def running(data: Path) -> Places | None:
    """The stack that runs on this data folder, or None. The lock proves that it runs; the file may be left over."""
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
