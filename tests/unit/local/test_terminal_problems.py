"""A problem is shown once when it begins and once when it is over."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.children import Children
from local.cloud import Cloud
from local.terminal import Terminal


def test_each_problem_is_shown_once_and_so_is_its_end() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)
    shown: tuple[str, ...] = ()
    for problems in ((), ("disk",), ("disk",), ("disk", "eBay"), ("eBay",), ("eBay",), ()):
        shown = terminal.now_wrong(problems, shown)
    assert stream.getvalue().splitlines() == ["error: disk", "error: eBay", "Over: disk", "Over: eBay"]


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    made = Cloud(tmp_path, 0, Children(tmp_path / "children"), idle_bytes=0)
    monkeypatch.setattr(made, "_thread", SimpleNamespace(is_alive=lambda: True))
    yield made
    made._loop.close()


def test_a_thread_that_ends_with_an_error_is_shown(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", cloud._show_ended_thread)
    _end_with(KeyError("executions"))
    [problem] = cloud.problems
    assert problem.startswith("The thread poller has ended: KeyError.")


def test_threads_that_have_ended_stay_a_problem_each(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A problem that makes room for another one would be shown as over."""
    monkeypatch.setattr(threading, "excepthook", cloud._show_ended_thread)
    stream = io.StringIO()
    shown: tuple[str, ...] = ()
    for name, error in (("poller", KeyError("a")), ("scheduler", OSError(24, "files")), ("poller", ValueError("b"))):
        _end_with(error, name)
        shown = Terminal(stream).now_wrong(cloud.problems, shown)
    said = [line.partition(" See ")[0] for line in stream.getvalue().splitlines()]
    assert said == [
        "error: The thread poller has ended: KeyError.",
        "error: The thread scheduler has ended: OSError.",
        "error: The thread poller has ended: ValueError.",
    ]


def test_an_execution_that_was_halted_is_no_problem(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", cloud._show_ended_thread)
    _end_with(SystemExit())
    assert cloud.problems == ()


def _end_with(error: BaseException, name: str = "poller") -> None:
    def poll() -> None:
        raise error

    thread = threading.Thread(target=poll, name=name)
    thread.start()
    thread.join()


@pytest.mark.parametrize("ended", ["loop", "server"])
def test_a_cloud_whose_server_or_loop_has_ended_does_not_serve(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    assert cloud.is_serving
    if ended == "loop":
        monkeypatch.setattr(cloud, "_thread", SimpleNamespace(is_alive=lambda: False))
    else:
        future: Any = SimpleNamespace(done=lambda: True)
        monkeypatch.setattr(cloud, "_servers", [(None, future)])
    assert not cloud.is_serving
    assert cloud.problems == ("A server of the local cloud has ended by itself.",)
