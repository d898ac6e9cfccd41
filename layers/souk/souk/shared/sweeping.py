"""Sweeps: the guarantee behind every fast path. They settle what is overdue, and one failure does not stop the rest.

A sweep has a limit in time and in pieces of work. What it does not reach is what the next one, a minute later, begins
with.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, Literal, NotRequired, Protocol, TypedDict

from souk.shared.clock import Clock

MOST_A_SWEEP: Final = 2000
"""Pieces of work that one sweep begins."""
LEAST_LEFT: Final = 25.0
"""Seconds without which no piece of work is begun: two calls to a vendor that does not answer.

A piece may take longer, with more such calls, and be killed: so what it works on is made due later before it begins.
"""

type Work = Callable[[], bool]
"""One piece of work. Returns whether there was anything to do."""


class Sweeper(Protocol):
    def work(self, *, everything: bool) -> Iterator[Work]:
        """What is overdue, or all that has a due time if `everything`; the oldest first."""
        ...


class HasDueTime(Protocol):
    @property
    def due_at(self) -> datetime | None: ...


class DueEntities[S, T: HasDueTime](Protocol):
    """What differs between the entities that a sweep settles."""

    def due(self, before: datetime | None) -> Iterable[S]:
        """References to entities with a due time until `before`, or with any when it is None; the oldest first."""
        ...

    def read(self, found: S) -> T | None:
        """The entity as it is now: the index that found it lags."""
        ...

    def settle(self, entity: T, now: datetime, *, everything: bool) -> None:
        """The entity is not due for a while, also after a failure or a kill: it would keep the next one waiting."""
        ...


class DueSweeper[S, T: HasDueTime]:
    def __init__(self, entities: DueEntities[S, T], clock: Clock) -> None:
        self._entities = entities
        self._clock = clock

    def work(self, *, everything: bool) -> Iterator[Work]:
        for found in self._entities.due(None if everything else self._clock()):
            yield partial(self._settle, found, everything=everything)

    def _settle(self, found: S, *, everything: bool) -> bool:
        now, entity = self._clock(), self._entities.read(found)
        if entity is None or entity.due_at is None or not (everything or entity.due_at <= now):
            return False
        self._entities.settle(entity, now, everything=everything)
        return True


class Swept(TypedDict):
    """`touched`: how many pieces of work there were. `unfinished`: time or number were up before the work was.

    `after`: where the next call continues what has a position. `failed`: how many pieces failed; each is logged.
    `left`: of what is not due yet only a part was looked at. The rest comes due by itself.
    """

    touched: int
    unfinished: NotRequired[Literal[True]]
    after: NotRequired[str]
    failed: NotRequired[int]
    left: NotRequired[Literal[True]]


@dataclass(slots=True)
class Turns:
    """What came of one sweep. `stopped`: who had not come to the end when time or number were up."""

    touched: int = 0
    failures: list[Exception] = field(default_factory=list)
    stopped: list[Sweeper] = field(default_factory=list)

    def swept(self) -> Swept:
        """Raises all failures, as one ExceptionGroup."""
        if self.failures:
            raise ExceptionGroup("some could not be settled", self.failures)
        return Swept(touched=self.touched, unfinished=True) if self.stopped else Swept(touched=self.touched)


def sweep_all(sweepers: Iterable[Sweeper], seconds_left: Callable[[], float], *, everything: bool) -> Swept:
    """Do the work of all sweepers. All failures are raised at the end, as one ExceptionGroup."""
    return take_turns(sweepers, seconds_left, everything=everything).swept()


def take_turns(sweepers: Iterable[Sweeper], seconds_left: Callable[[], float], *, everything: bool) -> Turns:
    """Do the work of all sweepers, who take turns, while there is time for another piece.

    A failure does not keep the others waiting. A sweeper that fails to look for its work has come to its end.
    """
    turns = deque((sweeper, sweeper.work(everything=everything)) for sweeper in sweepers)
    done, begun = Turns(), 0
    while turns and begun < MOST_A_SWEEP and seconds_left() > LEAST_LEFT:
        sweeper, pieces = turns.popleft()
        try:
            piece = next(pieces, None)
            if piece is None:
                continue
            turns.append((sweeper, pieces))
            begun += 1
            done.touched += piece()
        except Exception as error:  # noqa: BLE001 - kept
            done.failures.append(error)
    done.stopped = [sweeper for sweeper, _ in turns]
    return done
