"""Writes of an item on the version that was read; they raise Stale (souk/shared/versioned.py) if it has changed."""

from __future__ import annotations

from typing import Any

from souk.aws.actions import Delete, Item, Key, Put
from souk.shared.versioned import Stale, Versions

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


def on_one_of(allowed: Versions | None) -> tuple[str | None, dict[str, int]]:
    """The condition that an item's version is one of `allowed`, with its values; 0 is that of an item not yet there."""
    if allowed is None:
        return None, {}
    values = {f"version_{number}": number for number in sorted(allowed) if number > 0}
    names = ", ".join(f":{name}" for name in values)
    # No version is 0, so this is never true: of a header that names only tags which are not ours.
    tests = [f"#version IN ({names})"] if values else ["#version < :least"]
    if 0 in allowed:
        tests.append("attribute_not_exists(#pk)")
    return " OR ".join(tests), values or {"least": 0}


def _values(expected: int) -> dict[str, Any]:
    return {"expected": expected}
