"""The sparse index `due` of a table: the entities that a sweep has to check, and from when on. It is read in shards.

An item is in the index while it has `due_at` and `due_shard`; the shard follows from the entity's id.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from souk.aws.tables import Item, Tables
from souk.shared.clock import to_wire

_SHARDS: Final = 4


def due_members(entity_id: str, due_at: datetime) -> dict[str, str]:
    """The members that put an item into the index."""
    return {"due_at": to_wire(due_at), "due_shard": _shard(zlib.crc32(entity_id.encode()) % _SHARDS)}


def due_items(tables: Tables, table: str, before: datetime | None) -> Iterator[Item]:
    """Items with `due_at` up to `before`; all if `before` is None. The index lags: read the item again to be sure."""
    for number in range(_SHARDS):
        condition, values = "#due_shard = :shard", {"shard": _shard(number)}
        if before is not None:
            condition, values = condition + " AND #due_at <= :before", {**values, "before": to_wire(before)}
        yield from tables.query_all(table, condition, values, index="due")


def _shard(number: int) -> str:
    return f"DUE#{number}"
