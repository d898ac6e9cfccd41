"""Imports functions without clock, randomness and network, each in a process of its own, and prints what came along.

A script, run in a bare interpreter. Input: a JSON list of [package, [file, ...]]. The package is one that all of these
files may import: it is imported once, under the same refusals, and each file then in a fork, where nothing of another
file is loaded. Output: a JSON object, file -> {"packages": [third-party packages]} or {"error": traceback}.
"""

from __future__ import annotations

import datetime
import importlib.util
import json
import logging  # noqa: F401 - reads the clock when it is imported, and is the standard library's own
import os
import random
import secrets
import socket
import sys
import time
import traceback
import uuid
from typing import Any


def _refuse(*_arguments: Any, **_options: Any) -> None:
    raise AssertionError("at import")


class _Unread(datetime.datetime):
    now = utcnow = today = _refuse  # type: ignore[assignment]


def refuse_what_differs_each_time() -> None:
    datetime.datetime = _Unread  # type: ignore[misc]
    for owner, names in (
        (time, ("time", "time_ns", "sleep")),
        (random, ("random", "randint", "choice", "getrandbits")),
        (os, ("urandom",)),
        (secrets, ("token_bytes", "token_hex", "token_urlsafe")),
        (uuid, ("uuid1", "uuid4")),
        (socket, ("socket", "create_connection", "getaddrinfo")),
    ):
        for name in names:
            setattr(owner, name, _refuse)


def packages_of(file: str) -> list[str]:
    """Import a file; answers the third-party packages that are loaded then."""
    spec = importlib.util.spec_from_file_location("probed", file)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    found = {name.split(".")[0] for name in sys.modules} - {"__main__", "souk"}
    return sorted(name for name in found if name not in sys.stdlib_module_names and not name.startswith("_"))


def in_a_fork(file: str) -> Any:
    """What importing a file in a fork of this process brings or raises."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            found: dict[str, Any] = {"packages": packages_of(file)}
        except BaseException:  # noqa: BLE001 - reported
            found = {"error": traceback.format_exc()}
        with os.fdopen(writing, "w") as pipe:
            json.dump(found, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return json.load(pipe)


if __name__ == "__main__":
    refuse_what_differs_each_time()
    answers = {}
    for package, files in json.load(sys.stdin):
        importlib.import_module(package)
        answers.update({file: in_a_fork(file) for file in files})
    print(json.dumps(answers))
