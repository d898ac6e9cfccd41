"""What all tests share: no network for tests of one process, properties tried alike, rights held to their use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

if TYPE_CHECKING:
    from tests.used_rights import Recorder

HERE = Path(__file__).parent
_IN_PROCESS = tuple(HERE / name for name in ("unit", "functions", "template", "harness"))
# Their subject is a server: they speak to it on loopback, and to nobody else.
_ON_LOOPBACK = tuple(HERE / "unit" / name for name in ("marketplaces", "payments", "local"))

_RECORDER: pytest.StashKey[Recorder] = pytest.StashKey()
_COLLECTED = pytest.StashKey[set[Path]]()
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


# Rights: noted in whichever process runs the tests of functions, judged at its end. ---------------------------------


def pytest_collection_finish(session: pytest.Session) -> None:
    collected = {item.path for item in session.items}
    session.config.stash[_COLLECTED] = collected
    if any(path.is_relative_to(HERE / "functions") for path in collected):
        from tests.used_rights import Recorder

        session.config.stash[_RECORDER] = Recorder()
        session.config.stash[_RECORDER].start()


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    if items:
        items[0].config.stash[_IS_PARTIAL] = True


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Judge when all of tests/functions ran and passed: a part of it says nothing about what is never used."""
    config = session.config
    if (recorder := config.stash.get(_RECORDER, None)) is None:
        return
    recorder.stop()
    is_whole = set((HERE / "functions").rglob("test_*.py")) <= config.stash[_COLLECTED]
    if not is_whole or config.stash.get(_IS_PARTIAL, False) or exitstatus != pytest.ExitCode.OK:
        return
    recorder.write(config.rootpath / ".pytest_cache" / "used_rights.json")
    config.stash[_VERDICT] = recorder.verdict()
    if config.stash[_VERDICT]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if verdict := config.stash.get(_VERDICT, []):
        terminalreporter.section("rights that do not fit their use", red=True)
        for line in verdict:
            terminalreporter.line(line)
