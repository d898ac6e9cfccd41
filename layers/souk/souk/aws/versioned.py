"""Writes of an item on the version that was read; they raise Stale (souk/shared/versioned.py) if it has changed."""

from __future__ import annotations

from typing import Any

from souk.aws.actions import Delete, Item, Key, Put
from souk.shared.versioned import Stale

_ON_VERSION = "#version = :expected"


def put_new(table: str, item: Item) -> Put:
    """Write an item under a key that has none yet."""
    return Put(table, item, condition="attribute_not_exists(#pk)", otherwise=Stale())


def put_changed(table: str, item: Item, expected: int) -> Put:
    """Replace an item of version `expected`."""
    return Put(table, item, condition=_ON_VERSION, values=_values(expected), otherwise=Stale())


def delete_unchanged(table: str, key: Key, expected: int) -> Delete:
    """Delete an item of version `expected`."""
    return Delete(table, key, condition=_ON_VERSION, values=_values(expected), otherwise=Stale())


def _values(expected: int) -> dict[str, Any]:
    return {"expected": expected}
