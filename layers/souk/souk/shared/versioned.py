"""Entities that carry a version: read one, decide, write on the version that was read, and again after a conflict.

A write whose version is not current any more raises Stale; `retrying` then reads and decides from the start. Nothing
else in the library loops over conflicts, so their bound and their error are in this place only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from souk.shared.errors import DependencyUnavailable, PreconditionFailed

MOST_ATTEMPTS: Final = 8


type Versions = Collection[int]
"""The versions of an entity that a change may be based on: those in If-Match."""


class Stale(Exception):
    """The entity has changed since it was read."""


def retrying[T](
    what: str, attempt: Callable[[], T], *, attempts: int = MOST_ATTEMPTS, otherwise: Exception | None = None
) -> T:
    """The result of `attempt`, called again while it raises Stale, at most `attempts` times.

    `attempt` reads, decides and writes. `what` names the entity in the error's text: "order", "listing".
    Raises `otherwise`, or DependencyUnavailable, when every attempt met a conflict.
    """
    for _ in range(attempts):
        try:
            return attempt()
        except Stale:
            continue
    raise otherwise or DependencyUnavailable(f"The {what} is changing too fast. Try again shortly.", retry_after=1)


def check_version(what: str, version: int, allowed: Versions | None) -> None:
    """Refuse a lost update. Raises PreconditionFailed unless `version` is one of `allowed`; None allows any."""
    if allowed is not None and version not in allowed:
        raise PreconditionFailed(f"The {what} has changed since you read it.")
