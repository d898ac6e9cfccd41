"""What items are made of: Python values as DynamoDB attribute values, and back; and their keys.

boto3 has this too, but is not in the layer: importing it would cost about 20 ms of a cold start (docs/adr/0005).
Numbers come back as int when they are whole, else as Decimal; floats are refused, since DynamoDB counts in decimals.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from souk.shared.clock import to_wire

DUE_SHARDS: Final = tuple(f"DUE#{number}" for number in range(4))


def to_attribute(value: Any) -> dict[str, Any]:
    """One attribute value. Raises TypeError for what DynamoDB cannot hold exactly."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case int() | Decimal():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case Mapping():
            return {"M": {name: to_attribute(inner) for name, inner in value.items()}}
        case list() | tuple():
            return {"L": [to_attribute(inner) for inner in value]}
    raise TypeError(f"DynamoDB cannot hold a {type(value).__name__}")


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """The Python value of one attribute value."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "B" | "BOOL":
            return value
        case "N":
            return int(value) if value.lstrip("-").isdigit() else Decimal(value)
        case "NULL":
            return None
        case "M":
            return from_attributes(value)
        case "L":
            return [from_attribute(inner) for inner in value]
        case "SS":
            return set(value)
    raise TypeError(f"an attribute of kind {kind} is none of ours")


def to_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_attribute(value) for name, value in item.items()}


def from_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: from_attribute(value) for name, value in item.items()}


def drop_none(**attributes: Any) -> dict[str, Any]:
    """An item of those `attributes` that have a value: an absent one is not stored."""
    return {name: value for name, value in attributes.items() if value is not None}


# The sparse index `due` of a table: what a sweep has to handle, and when. An item is in it while it has these.


def due_members(entity_id: str, due_at: datetime) -> dict[str, str]:
    """The attributes that put an item into the index: its due time, and a shard that its id decides."""
    return {"due_at": to_wire(due_at), "due_shard": DUE_SHARDS[zlib.crc32(entity_id.encode()) % len(DUE_SHARDS)]}


class Row:
    """The keys of one kind of item in a table: `Row("USER#{}", "ORDER#{}")(buyer_id, order_id)`."""

    def __init__(self, pk: str, sk: str) -> None:
        self._pk = pk
        self._sk = sk
        self._in_pk = pk.count("{}")
        self._in_both = self._in_pk + sk.count("{}")
        self.prefix: Final = sk.partition("{}")[0]
        """What the sort keys of this kind begin with."""

    def __call__(self, *ids: str) -> dict[str, str]:
        """The key with `ids` in the places of `{}`. Raises TypeError for another number of ids."""
        if len(ids) != self._in_both:
            raise TypeError(f"{self._pk} {self._sk} takes {self._in_both} ids, not {len(ids)}")
        return {"pk": self.partition(*ids[: self._in_pk]), "sk": self._sk.format(*ids[self._in_pk :])}

    def partition(self, *ids: str) -> str:
        return self._pk.format(*ids)

    def id_of(self, key: Mapping[str, Any]) -> str:
        """The last id in a key of this kind."""
        return str(key["sk"]).removeprefix(self.prefix)
