"""What all tests share: no network for tests of one process, properties tried alike, rights held to their use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import settings
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

if TYPE_CHECKING:
    from tests.used_rights import Evidence, Recorder

HERE = Path(__file__).parent
_IN_PROCESS = tuple(HERE / name for name in ("unit", "functions", "template", "harness"))
# Their subject is a server: they speak to it on loopback, and to nobody else.
_ON_LOOPBACK = tuple(HERE / "unit" / name for name in ("selling/marketplaces", "storefront/payments", "local"))

_RECORDER: pytest.StashKey[Recorder] = pytest.StashKey()
_EVIDENCE: pytest.StashKey[Evidence] = pytest.StashKey()
_IS_PARTIAL = pytest.StashKey[bool]()
_VERDICT = pytest.StashKey[list[str]]()

# Machines are shared and differ: how long an example takes is nobody's claim.
settings.register_profile("souk", deadline=None, print_blob=True)
settings.load_profile("souk")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if any(item.path.is_relative_to(folder) for folder in _ON_LOOPBACK):
        enable_socket()
        socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)
    elif any(item.path.is_relative_to(folder) for folder in _IN_PROCESS):
        disable_socket(allow_unix_socket=True)
    else:
        enable_socket()


# Time ----------------------------------------------------------------------------------------------------------------


def _with_room_for_frames(call: Callable[[], object]) -> None:
    call()


# CPython keeps frames in chunks of 16 KB and gives a chunk back as soon as the first frame in it returns. A loop that
# calls functions just across the end of a chunk pays two system calls and page faults for each call: a quarter of the
# time of tests/functions. A frame of half a megabyte gets a chunk with as much room behind it, for all other frames.
_with_room_for_frames.__code__ = _with_room_for_frames.__code__.replace(co_stacksize=65_536)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    _with_room_for_frames(lambda: runtestprotocol(item, nextitem=nextitem))
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


# Rights: noted in whichever processes run the tests of functions, judged when all of them have ended. ---------------


def pytest_collection_finish(session: pytest.Session) -> None:
    collected = {item.path for item in session.items}
    if not any(path.is_relative_to(HERE / "functions") for path in collected):
        return
    from tests.used_rights import Evidence, Recorder

    every = set((HERE / "functions").rglob("test_*.py"))
    is_whole = every <= collected and not session.config.stash.get(_IS_PARTIAL, False)
    session.config.stash[_EVIDENCE] = Evidence(is_whole)
    session.config.stash[_RECORDER] = Recorder(session.config.stash[_EVIDENCE])
    session.config.stash[_RECORDER].start()


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    if items:
        items[0].config.stash[_IS_PARTIAL] = True


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended: what it noted counts here."""
    if reported := getattr(node, "workeroutput", {}).get("rights"):
        from tests.used_rights import Evidence

        heard = Evidence.from_json(reported)
        known = node.config.stash.get(_EVIDENCE, heard)
        node.config.stash[_EVIDENCE] = known.with_that_of(heard)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Judge when all of tests/functions ran and passed: a part of it says nothing about what is never used."""
    config = session.config
    if recorder := config.stash.get(_RECORDER, None):
        recorder.stop()
    if (evidence := config.stash.get(_EVIDENCE, None)) is None:
        return
    if hasattr(config, "workeroutput"):
        config.workeroutput["rights"] = evidence.as_json()
    elif evidence.is_whole and exitstatus == pytest.ExitCode.OK:
        config.stash[_VERDICT] = evidence.verdict()
        if config.stash[_VERDICT]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if verdict := config.stash.get(_VERDICT, []):
        terminalreporter.section("rights that do not fit their use", red=True)
        for line in verdict:
            terminalreporter.line(line)
