"""Python values as DynamoDB attribute values, and back.

boto3 has this too, but is not in the layer: importing it would cost about 20 ms of a cold start (docs/adr/0005).
Numbers come back as int when they are whole, else as Decimal; floats are refused, since DynamoDB counts in decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


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
