"""Sweeps that no single failure stops, and the workflows that dispatchers start and resume."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol


class Workflows(Protocol):
    def start(self, name: str, document: Mapping[str, Any]) -> None:
        """Start an execution. Success if one with this name exists already."""
        ...

    def resume(self, token: str) -> bool:
        """Complete the waiting task of `token`. False if no execution waits with it any more."""
        ...

    def is_running(self, name: str) -> bool: ...


class Sweeper(Protocol):
    def sweep(self, *, everything: bool) -> int:
        """Handle what is overdue, or all that is in progress if `everything`. Returns how many were handled."""
        ...


def sweep_all(sweepers: Iterable[Sweeper], *, everything: bool) -> int:
    """Run all sweepers; returns how many entities they handled. Raises an ExceptionGroup at the end."""
    return settle_each(sweepers, lambda sweeper: sweeper.sweep(everything=everything))


def is_due(due_at: datetime | None, now: datetime, *, everything: bool) -> bool:
    """Whether a sweep handles an entity, judged by its fresh copy: the index that found it may lag behind."""
    return due_at is not None and (everything or due_at <= now)


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
