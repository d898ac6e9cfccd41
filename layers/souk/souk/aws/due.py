"""The sparse index `due` of a table: what somebody must look after, and when. Sweeps read it, in shards.

An item is in it while it has `due_at`, beside the shard that its id decides.
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
    """What an item carries to be in the index."""
    return {"due_at": to_wire(due_at), "due_shard": _shard(zlib.crc32(entity_id.encode()) % _SHARDS)}


def due_items(tables: Tables, table: str, before: datetime | None) -> Iterator[Item]:
    """Those whose `due_at` has come; all that have one when `before` is None. A lagging index: read again."""
    for number in range(_SHARDS):
        condition, values = "#due_shard = :shard", {"shard": _shard(number)}
        if before is not None:
            condition, values = condition + " AND #due_at <= :before", {**values, "before": to_wire(before)}
        yield from tables.query_all(table, condition, values, index="due")


def _shard(number: int) -> str:
    return f"DUE#{number}"
