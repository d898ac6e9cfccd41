"""A single fault: every call to an outside service is counted, and one of them fails in a chosen way.

A refused call has no effect; a call whose answer is lost has taken effect. A killed process ends right after its call
took effect, so before the next call, without running any of its handlers. A busy store refuses, and the call may be
retried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    REFUSED = "refused"
    LOST = "answer lost"
    KILLED = "killed"
    BUSY = "busy"


class Killed(BaseException):
    """The process was killed here. No `except Exception` catches it."""


@dataclass(frozen=True)
class Failures:
    """The exceptions that a call raises when it is refused, when its answer is lost, and when the service is busy."""

    refused: Callable[[], Exception]
    lost: Callable[[], Exception]
    busy: Callable[[], Exception] | None = None


class Faults:
    """Counts calls while `counting`. The call with number `at` fails with `fault`, only the first time."""

    def __init__(self) -> None:
        self.counting = False
        self.calls: list[str] = []
        self.at: int | None = None
        self.fault = Fault.REFUSED
        self.struck: str | None = None
        self.on_call: Callable[[int, str], None] = lambda _number, _name: None

    def plan(self, at: int, fault: Fault) -> None:
        self.at, self.fault, self.struck = at, fault, None

    def around(self, name: str, effect: Callable[[], Any], failures: Failures) -> Any:
        """Make the call, or let it fail."""
        if not self._is_struck(name):
            return effect()
        match self.fault:
            case Fault.REFUSED:
                raise failures.refused()
            case Fault.BUSY:
                raise (failures.busy or failures.refused)()
            case Fault.LOST:
                effect()
                raise failures.lost()
            case Fault.KILLED:
                effect()
                raise Killed(name)

    def passing(self, name: str) -> None:
        """A point that is not a call: the only possible fault is that the process is killed."""
        if self._is_struck(name) and self.fault is Fault.KILLED:
            raise Killed(name)

    def _is_struck(self, name: str) -> bool:
        if not self.counting:
            return False
        number = len(self.calls)
        self.calls.append(name)
        self.on_call(number, name)
        if number != self.at or self.struck is not None:
            return False
        self.struck = name
        return True
