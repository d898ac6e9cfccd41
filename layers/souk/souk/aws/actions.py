"""What a transaction is made of, and what a batch reads: values that say what DynamoDB is asked for.

Expressions are DynamoDB's own, written with `#name` and `:value`. `#name` is the attribute of that name unless `names`
says otherwise. `otherwise` is the domain error of a failed condition, or makes it from the item that is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

type Item = dict[str, Any]
type Key = Mapping[str, str]
type Otherwise = Exception | Callable[[Item | None], Exception]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conditional:
    condition: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    otherwise: Otherwise | None = None

    def refusal(self, found: Item | None, error: Exception) -> Exception:
        """The error to raise when the condition failed on the item `found`; `error` when none is declared."""
        if self.otherwise is None:
            return error
        return self.otherwise if isinstance(self.otherwise, Exception) else self.otherwise(found)


@dataclass(frozen=True, slots=True)
class Put(_Conditional):
    """Write a whole item."""

    table: str
    item: Item


@dataclass(frozen=True, slots=True)
class Update(_Conditional):
    """Change attributes of an item, or create it."""

    table: str
    key: Key
    update: str


@dataclass(frozen=True, slots=True)
class Delete(_Conditional):
    """Remove an item."""

    table: str
    key: Key


@dataclass(frozen=True, slots=True)
class Check(_Conditional):
    """Require `condition` without writing."""

    table: str
    key: Key


type Action = Put | Update | Delete | Check


@dataclass(frozen=True, slots=True)
class Read[T]:
    """One item to read by key. `parse` makes a value of the item when there is one."""

    table: str
    key: Key
    parse: Callable[[Item], T]


@dataclass(frozen=True, slots=True)
class Page:
    """Items of a query and, when there are more, the key after which they go on."""

    items: tuple[Item, ...]
    next_key: dict[str, str] | None
