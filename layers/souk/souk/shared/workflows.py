"""Entities that a workflow drives: from a change of the entity to its workflow.

The dispatcher reads the table's stream, so that nothing has to be written after a commit, and it may repeat everything:
an execution's name is the entity's id and run, and a token that no execution waits for means that the workflow is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Workflows(Protocol):
    def start(self, name: str, document: Mapping[str, Any]) -> None:
        """Start an execution. One of this name that exists already counts as started."""
        ...

    def resume(self, token: str) -> bool:
        """Let the execution that waits with `token` go on. False if none does."""
        ...

    def is_running(self, name: str) -> bool: ...


class Driven(Protocol):
    """An entity with a workflow. `run` counts its workflows, and each new run is a new execution."""

    @property
    def id(self) -> str: ...
    @property
    def run(self) -> int: ...
    @property
    def needs_workflow(self) -> bool:
        """It does not leave its state unless a workflow runs."""
        ...


class WorkflowOf[T: Driven](Protocol):
    """What differs between the entities that have a workflow."""

    def token(self, entity: T) -> str | None:
        """The task token of the execution that waits for this entity to change, or None."""
        ...

    def document(self, entity: T) -> Mapping[str, Any]:
        """The input of its executions."""
        ...

    def restart(self, seen: T) -> None:
        """Store a new run, unless the entity has another run than `seen` or needs no workflow any more."""
        ...


@dataclass(frozen=True, slots=True)
class Change[T]:
    """One record of a table's stream: an entity before (None: it is new) and after (None: it was removed)."""

    before: T | None
    after: T | None


class Dispatcher[T: Driven]:
    """The only place that starts executions and resumes those that wait."""

    def __init__(self, workflows: Workflows, kind: WorkflowOf[T]) -> None:
        self._workflows = workflows
        self._kind = kind

    def dispatch(self, change: Change[T]) -> None:
        """Raises what the workflow service raises: the stream then sends the record again."""
        before, after = change.before, change.after
        starts = after is not None and after.run > (before.run if before else 0)
        released = self._kind.token(before) if before else None
        if released is not None and (after is None or self._kind.token(after) != released):
            resumed = self._workflows.resume(released)
            if not resumed and not starts and after is not None and after.needs_workflow:
                # Its workflow is lost. The stream brings the new run back here.
                self._kind.restart(after)
        if starts and after is not None:
            self._workflows.start(execution_name(after), self._kind.document(after))


def execution_name(entity: Driven) -> str:
    return f"{entity.id}-{entity.run}"
