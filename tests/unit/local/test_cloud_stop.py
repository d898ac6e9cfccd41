"""A stop saves the state, also when a server or a thread has ended before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.children import Children
from local.cloud import Cloud
from local.problems import Unusable
from local.testing import wait_until


class Stopping:
    """A cloud with stand-ins of MiniStack, of its saver and of its servers; `done` is what a stop does, in turn."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.errors: dict[str, Exception] = {}
        self.cloud = Cloud(folder, 0, Children(folder / "children"), idle_bytes=0)
        self.cloud._thread.start()
        self.cloud._ministack = SimpleNamespace()
        self.cloud._is_loaded = True
        saver: Any = SimpleNamespace(stop=self._does("saver ends"), save_now=self._does("save"))
        self.cloud._saver = saver
        monkeypatch.setattr(self.cloud, "_forkservers", SimpleNamespace(stop=self._does("parents end")))
        monkeypatch.setattr("local.cloud.emulator", lambda _: SimpleNamespace(reset=self._does("workers end")))

    def _does(self, what: str) -> Any:
        def do() -> None:
            self.done.append(what)
            if error := self.errors.get(what):
                raise error

        return do

    def serve(self, name: str, error: Exception | None = None) -> None:
        """A server that ends when it is stopped, or by itself with an error."""
        stop = asyncio.Event()

        async def server() -> None:
            if error:
                raise error
            await stop.wait()
            self.done.append(f"{name} ends")

        coroutine: Coroutine[Any, Any, None] = server()
        future = asyncio.run_coroutine_threadsafe(coroutine, self.cloud._loop)
        self.cloud._servers.append((stop, future))
        if error:
            wait_until(future.done)

    def end_loop(self) -> None:
        self.cloud._loop.call_soon_threadsafe(self.cloud._loop.stop)
        self.cloud._thread.join(20)


@pytest.fixture
def stopping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = Stopping(tmp_path, monkeypatch)
    yield made
    if made.cloud._thread.is_alive():
        made.end_loop()
    made.cloud._loop.close()


def test_changes_are_saved_until_nothing_changes_any_more(stopping: Stopping) -> None:
    """The saver ends when the servers and the workers have, which takes seconds, and the last save follows at once."""
    stopping.serve("cloud")
    stopping.serve("gateway")
    stopping.cloud.stop()
    assert stopping.done == ["gateway ends", "workers end", "saver ends", "save", "cloud ends", "parents end"]
    assert stopping.cloud._halted.is_set()
    assert not stopping.cloud._thread.is_alive()


@pytest.mark.parametrize("dead", ["cloud", "gateway"])
def test_a_server_that_ended_by_itself_does_not_keep_the_state_from_being_saved(
    stopping: Stopping, dead: str, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("cloud", "gateway"):
        stopping.serve(name, OSError(24, "Too many open files") if name == dead else None)
    with caplog.at_level(logging.ERROR):
        stopping.cloud.stop()
    assert [what for what in stopping.done if what != f"{dead} ends"] == [
        *(["gateway ends"] if dead == "cloud" else []),
        *("workers end", "saver ends", "save"),
        *(["cloud ends"] if dead == "gateway" else []),
        "parents end",
    ]
    assert stopping.cloud._halted.is_set()
    assert "Too many open files" in caplog.text


def test_a_cloud_whose_loop_has_ended_saves_its_state(stopping: Stopping) -> None:
    stopping.end_loop()
    stopping.cloud.stop()
    assert stopping.done == ["workers end", "saver ends", "save", "parents end"]


@pytest.mark.parametrize("what", ["workers end", "saver ends"])
def test_an_error_of_the_stop_comes_after_the_save(stopping: Stopping, what: str) -> None:
    stopping.errors[what] = RuntimeError("no")
    with pytest.raises(RuntimeError, match="no"):
        stopping.cloud.stop()
    assert stopping.done == ["workers end", "saver ends", "save", "parents end"]


def test_a_state_that_cannot_be_saved_is_said_when_all_has_ended(stopping: Stopping) -> None:
    stopping.errors["save"] = OSError(28, "No space left on device")
    stopping.serve("cloud")
    with pytest.raises(Unusable, match="No space left on device"):
        stopping.cloud.stop()
    assert stopping.done[-2:] == ["cloud ends", "parents end"]
    assert not stopping.cloud._thread.is_alive()


def test_a_cloud_that_did_not_come_to_its_state_saves_none(stopping: Stopping) -> None:
    """It would write empty tables in the place of those on disk."""
    stopping.cloud._is_loaded = False
    stopping.cloud.stop()
    assert stopping.done == ["workers end", "saver ends", "parents end"]
