"""What keeps things going in every domain: workflows as a dispatcher sees them, and a sweep that no failure stops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol


class Workflows(Protocol):
    def start(self, name: str, document: Mapping[str, Any]) -> None:
        """Start an execution once per `name`; one that exists already is success."""
        ...

    def resume(self, token: str) -> bool:
        """Let a waiting state go on. False: nobody waits with this token any more."""
        ...

    def is_running(self, name: str) -> bool: ...


class Sweeper(Protocol):
    def sweep(self, *, everything: bool) -> int:
        """Settle what is overdue, or whatever is under way when `everything`; answers how many were touched."""
        ...


def sweep_all(sweepers: Iterable[Sweeper], *, everything: bool) -> int:
    """Answers how many were touched. Raises an ExceptionGroup at the end."""
    return settle_each(sweepers, lambda one: one.sweep(everything=everything))


def is_due(due_at: datetime | None, now: datetime, *, everything: bool) -> bool:
    """Whether a sweep settles what it has just read again: the index that named it lags behind."""
    return due_at is not None and (everything or due_at <= now)


def settle_each[T](found: Iterable[T], settle: Callable[[T], int]) -> int:
    """Settle one after the other, and answer for how many there was something to do: `settle` counts.

    Raises an ExceptionGroup at the end: one that fails must not keep the others waiting.
    """
    touched = 0
    failures: list[Exception] = []
    for one in found:
        try:
            touched += settle(one)
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)
    if failures:
        raise ExceptionGroup("some could not be settled", failures)
    return touched
