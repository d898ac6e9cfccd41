"""One fault at one moment: every call to the outside is counted, and one of them fails in a chosen way.

A call that is refused has no effect; one whose answer is lost has had it. A killed process ends at once after the call
took effect (which is before the next one), without any handler of its own running. A busy store has refused and may be
asked again.
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
    """The process ended here. No `except Exception` sees it, as none would."""


@dataclass(frozen=True)
class Failures:
    """How one call fails: what it raises when refused, when its answer is lost, and when the other side is busy."""

    refused: Callable[[], Exception]
    lost: Callable[[], Exception]
    busy: Callable[[], Exception] | None = None


class Faults:
    """Counts calls while `counting`; the call numbered `at` fails as `fault` says, the first time round only."""

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
        """Make the call, or fail it."""
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
        """A moment that is no call: a process can only be killed there."""
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
