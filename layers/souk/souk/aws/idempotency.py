"""Idempotency-Key: a record of the call, written in the same transaction as the call's effect.

A repeated key with the same body raises `Replayed`, and the endpoint answers again from the entity; with another body
it is refused. Errors are not recorded, so a failed call may be repeated under its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from souk.aws.tables import Action, Item, Put, Tables
from souk.shared.errors import IdempotencyKeyReused

_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """One caller's key for one operation, with the digest of the body that came with it."""

    caller_id: str
    operation: str
    key: str
    body_digest: str


class Replayed(Exception):
    """The call with this key took effect before; `entity_id` names what it created or changed."""

    def __init__(self, entity_id: str) -> None:
        super().__init__(entity_id)
        self.entity_id = entity_id


def record(table: str, key: IdempotencyKey, entity_id: str, now: datetime) -> Put:
    """The action that records `key` for 24 hours. Its condition raises Replayed or IdempotencyKeyReused."""
    return Put(
        table,
        {
            **_record_key(key),
            "body_digest": key.body_digest,
            "entity_id": entity_id,
            "expires_at": int((now + _LIFE).timestamp()),
        },
        # DynamoDB deletes expired items days late, so age is part of the condition.
        condition="attribute_not_exists(#pk) OR #expires_at < :now",
        values={"now": int(now.timestamp())},
        otherwise=partial(_refusal, key),
    )


def raise_if_recorded(tables: Tables, table: str, key: IdempotencyKey, now: datetime) -> None:
    """Raises Replayed or IdempotencyKeyReused if `key` was used before. For a call that fails before it writes."""
    old = tables.get(table, _record_key(key))
    if old is not None and old["expires_at"] >= int(now.timestamp()):
        raise _refusal(key, old)


def write(
    tables: Tables, table: str, actions: Sequence[Action], key: IdempotencyKey | None, result_id: str, now: datetime
) -> None:
    """Carry out all of `actions` or none, with the record of `key` when there is one.

    A replay of the call answers from `result_id`. Raises what the actions raise, Replayed and IdempotencyKeyReused.
    """
    # The record first: a repeated call must find its answer, not the state that it created itself.
    together = (record(table, key, result_id, now), *actions) if key else tuple(actions)
    if len(together) == 1 and isinstance(together[0], Put):
        tables.put(together[0])
    else:
        tables.commit(*together)


def _record_key(key: IdempotencyKey) -> dict[str, str]:
    return {"pk": f"IDEMPOTENCY#{key.caller_id}", "sk": f"{key.operation}#{key.key}"}


def _refusal(key: IdempotencyKey, old: Item | None) -> Exception:
    if old is None or old["body_digest"] != key.body_digest:
        return IdempotencyKeyReused("This Idempotency-Key was used with another request.")
    return Replayed(old["entity_id"])
