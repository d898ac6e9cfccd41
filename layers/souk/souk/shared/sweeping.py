"""Sweeps: the guarantee behind every fast path. They settle what is overdue, and one failure does not stop the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from souk.shared.clock import Clock


class Sweeper(Protocol):
    def sweep(self, *, everything: bool) -> int:
        """Handle what is overdue, or all that has a due time if `everything`. Returns how many were handled."""
        ...


class HasDueTime(Protocol):
    @property
    def due_at(self) -> datetime | None: ...


class DueEntities[S, T: HasDueTime](Protocol):
    """What differs between the entities that a sweep settles."""

    def due(self, before: datetime | None) -> Iterable[S]:
        """References to entities with a due time until `before`, or with any when it is None."""
        ...

    def read(self, found: S) -> T | None:
        """The entity as it is now: the index that found it lags."""
        ...

    def settle(self, entity: T, now: datetime, *, everything: bool) -> None: ...


class DueSweeper[S, T: HasDueTime]:
    def __init__(self, entities: DueEntities[S, T], clock: Clock) -> None:
        self._entities = entities
        self._clock = clock

    def sweep(self, *, everything: bool) -> int:
        now = self._clock()

        def settle(found: S) -> bool:
            entity = self._entities.read(found)
            if entity is None or entity.due_at is None or not (everything or entity.due_at <= now):
                return False
            self._entities.settle(entity, now, everything=everything)
            return True

        return settle_each(self._entities.due(None if everything else now), settle)


def sweep_all(sweepers: Iterable[Sweeper], *, everything: bool) -> int:
    """Run all sweepers; returns how many entities they handled. Raises an ExceptionGroup at the end."""
    return settle_each(sweepers, lambda sweeper: sweeper.sweep(everything=everything))


def settle_each[T](found: Iterable[T], settle: Callable[[T], int]) -> int:
    """Call `settle` for each of `found`; returns the sum of its results.

    A failure does not keep the others waiting: all failures are raised at the end, as one ExceptionGroup.
    """
    handled = 0
    failures: list[Exception] = []
    for entity in found:
        try:
            handled += settle(entity)
        except Exception as error:  # noqa: BLE001 - raised below
            failures.append(error)
    if failures:
        raise ExceptionGroup("some could not be settled", failures)
    return handled
