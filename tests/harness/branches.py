"""At every call to the outside the process is copied, once for each way in which the call can fail.

The copy goes on from there with its fault, through recovery to the claim at the end, and tells what came of it; the
original goes on without one. So every point is reached once, and no scenario is played again from its beginning.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable

from tests.harness.faults import Fault, Faults

type FaultsOf = Callable[[str], Iterable[Fault]]


def explore(faults: Faults, play: Callable[[], None], faults_of: FaultsOf) -> tuple[int, list[str]]:
    """Play with each fault of each call while `faults.counting`: (how many were played, those that went wrong)."""
    played = 0
    wrong: list[str] = []
    report: int | None = None

    def branch(number: int, call: str) -> None:
        nonlocal played, report
        for fault in faults_of(call):
            reading, writing = os.pipe()
            child = _fork()
            if child == 0:
                os.close(reading)
                report = writing
                faults.on_call = _ignore
                faults.plan(number, fault)
                return
            outcome = _hear(child, reading, writing)
            played += 1
            if outcome != "well":
                wrong.append(f"{number} {call}, {fault}: {outcome}")

    faults.on_call = branch
    try:
        play()
    except BaseException as error:
        if report is None:
            raise
        _tell(report, f"{type(error).__name__}: {error}".splitlines()[0])
    if report is not None:
        _tell(report, "well")
    faults.on_call = _ignore
    return played, wrong


def in_copy(work: Callable[[], None]) -> str:
    """Do it in a copy of this process, which is then gone: what went wrong, or nothing."""
    reading, writing = os.pipe()
    child = _fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told to the original, which fails the test
            _tell(writing, f"{type(error).__name__}: {error}".splitlines()[0])
        _tell(writing, "well")
    outcome = _hear(child, reading, writing)
    return "" if outcome == "well" else outcome


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other tests' idle threads do not matter to a copy
        return os.fork()


def _hear(child: int, reading: int, writing: int) -> str:
    os.close(writing)
    with os.fdopen(reading) as told:
        outcome = told.read()
    os.waitpid(child, 0)
    return outcome or "it died"


def _tell(report: int, outcome: str) -> None:
    os.write(report, outcome.encode())
    os._exit(0)


def _ignore(_number: int, _call: str) -> None:
    return
