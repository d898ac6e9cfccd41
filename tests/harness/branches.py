"""At every call to an outside service the process is copied, once for each way in which the call can fail.

The copy continues with the fault, through recovery to the claim at the end, and reports its outcome; the original
continues without a fault. So every call is reached once, and no scenario is repeated from its beginning.
"""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Callable, Iterable

from tests.harness.faults import Fault, Faults

type FaultsOf = Callable[[str], Iterable[Fault]]


def explore(faults: Faults, play: Callable[[], None], faults_of: FaultsOf) -> tuple[int, list[str]]:
    """Run with each fault of each call while `faults.counting`. Returns (number of runs, failures)."""
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
            outcome = _read_report(child, reading, writing)
            played += 1
            if outcome != "well":
                wrong.append(f"{number} {call}, {fault}: {outcome}")

    faults.on_call = branch
    try:
        play()
    except BaseException as error:
        if report is None:
            raise
        _report(report, f"{type(error).__name__}: {error}".splitlines()[0])
    if report is not None:
        _report(report, "well")
    faults.on_call = _ignore
    return played, wrong


def in_copy(work: Callable[[], None]) -> str:
    """Run in a copy of this process, which then exits. Returns what went wrong, or ""."""
    reading, writing = os.pipe()
    child = _fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - reported to the original, which fails the test
            _report(writing, f"{type(error).__name__}: {error}".splitlines()[0])
        _report(writing, "well")
    outcome = _read_report(child, reading, writing)
    return "" if outcome == "well" else outcome


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other tests' idle threads do not matter to a copy
        child = os.fork()
    if child == 0:
        gc.disable()  # a collection would write to all of the memory that is shared with the original, and so copy it
    return child


def _read_report(child: int, reading: int, writing: int) -> str:
    os.close(writing)
    with os.fdopen(reading) as report:
        outcome = report.read()
    os.waitpid(child, 0)
    return outcome or "it died"


def _report(report: int, outcome: str) -> None:
    os.write(report, outcome.encode())
    os._exit(0)


def _ignore(_number: int, _call: str) -> None:
    return
