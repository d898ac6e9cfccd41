"""Idempotency-Key: the record of a deed, written in the transaction of the deed itself.

The same key with the same body answers again from the entity (`Replayed`, which the endpoint catches); with another
body it is refused. Errors are not recorded, so a failed call may be repeated under its key.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from souk.aws.tables import Item, Put, Tables
from souk.shared.errors import IdempotencyKeyReused

_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """One caller's key for one operation, with the digest of the body that came with it."""

    caller_id: str
    operation: str
    key: str
    body_digest: str

    @classmethod
    def of(cls, caller_id: str, operation: str, key: str, body: bytes) -> IdempotencyKey:
        return cls(caller_id, operation, key, hashlib.sha256(body).hexdigest())


class Replayed(Exception):
    """The deed of this key is done; `entity_id` is what it made or moved."""

    def __init__(self, entity_id: str) -> None:
        super().__init__(entity_id)
        self.entity_id = entity_id


def record(table: str, key: IdempotencyKey, entity_id: str, now: datetime) -> Put:
    """The action that claims `key` for `entity_id` for 24 hours."""

    def refusal(old: Item | None) -> Exception:
        return _verdict(key, old)

    return Put(
        table,
        {
            **_place(key),
            "body_digest": key.body_digest,
            "entity_id": entity_id,
            "expires_at": int((now + _LIFE).timestamp()),
        },
        # DynamoDB deletes expired items days late, so age is part of the condition.
        condition="attribute_not_exists(#pk) OR #expires_at < :now",
        values={"now": int(now.timestamp())},
        otherwise=refusal,
    )


def raise_if_recorded(tables: Tables, table: str, key: IdempotencyKey, now: datetime) -> None:
    """Raise what claiming `key` would: Replayed or IdempotencyKeyReused. For a call that fails before it writes."""
    old = tables.get(table, _place(key))
    if old is not None and old["expires_at"] >= int(now.timestamp()):
        raise _verdict(key, old)


def _place(key: IdempotencyKey) -> dict[str, str]:
    return {"pk": f"IDEMPOTENCY#{key.caller_id}", "sk": f"{key.operation}#{key.key}"}


def _verdict(key: IdempotencyKey, old: Item | None) -> Exception:
    if old is None or old["body_digest"] != key.body_digest:
        return IdempotencyKeyReused("This Idempotency-Key was used with another request.")
    return Replayed(old["entity_id"])
