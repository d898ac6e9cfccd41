"""Nothing in a stand-in ends unseen: its threads go on or end it, and its errors are in its log."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.testing import ROOT, wait_until
from local.vendors import serving
from local.vendors.database import Database
from local.vendors.server import LoopbackServer, Request, Response
from local.vendors.stripe.standin import StripeApp

pytestmark = pytest.mark.enable_socket


def test_events_are_sent_although_looking_for_them_failed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = StripeApp(tmp_path, lambda: "http://127.0.0.1")
    calls = []

    def look() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(app._events, "_on_idle", look)
    app.send_events()
    wait_until(lambda: len(calls) > 2)
    app.close()


def test_a_stand_in_whose_server_has_ended_ends(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(serving, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr("local.vendors.serving.signal.signal", lambda *_: None)
    server = LoopbackServer(lambda request: Response(200))

    def fail(**_: Any) -> None:
        raise RuntimeError("no more sockets")

    monkeypatch.setattr(server._server, "serve_forever", fail)
    monkeypatch.setattr(threading, "excepthook", lambda ended: None)
    assert serving.serve("eBay", 0, lambda: server) == 1
    assert "has ended by itself" in capsys.readouterr().err
    server.stop()


def test_an_error_of_the_disk_is_in_the_log_and_a_client_that_left_is_not(capsys: Any) -> None:
    errors: list[Exception] = [OSError(28, "No space left on device"), ConnectionResetError()]

    def app(_: Request) -> Response:
        raise errors.pop(0)

    server = LoopbackServer(app)
    server.start()
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url, trust_env=False)
    server.stop()
    logged = capsys.readouterr().err
    assert "No space left on device" in logged
    assert "ConnectionReset" not in logged


_SCHEMA = """
pragma foreign_keys = on;
create table sessions (id text primary key);
create table refunds (session text references sessions (id) deferrable initially deferred);
"""


def test_a_commit_that_fails_leaves_no_transaction_open(tmp_path: Path) -> None:
    """Left open it would take in all that follow, and none of them would be on disk."""
    database = Database(tmp_path / "vendor.sqlite3", _SCHEMA)
    with pytest.raises(sqlite3.IntegrityError), database.transaction():
        database._run("insert into refunds values ('unknown')")
    with database.transaction():
        database._run("insert into sessions values ('kept')")
    database.close()
    again = sqlite3.connect(tmp_path / "vendor.sqlite3")
    assert again.execute("select id from sessions").fetchall() == [("kept",)]
    again.close()


def test_a_child_that_cannot_see_its_parents_end_ends(tmp_path: Path) -> None:
    """Its input cannot be read: it would outlive its parent, with the port that the next run wants."""
    (tmp_path / "waits.py").write_text("import time\ntime.sleep(60)\n")
    unreadable = os.open(os.devnull, os.O_WRONLY)
    child = subprocess.Popen(
        [sys.executable, "-m", "local.lifeline", "waits"],
        stdin=unreadable,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    os.close(unreadable)
    try:
        _, said = child.communicate(timeout=30)
    finally:
        child.kill()
    assert child.returncode == -signal.SIGTERM
    assert b"Bad file descriptor" in said
