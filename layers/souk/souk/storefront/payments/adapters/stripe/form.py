"""Stripe's request bodies: forms whose names nest in brackets, `line_items[0][price_data][currency]=usd`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

type Value = str | int | bool | Sequence[Value] | Mapping[str, Value] | None


def encode(fields: Mapping[str, Value]) -> bytes:
    """`fields` as application/x-www-form-urlencoded. None is left out."""
    return urlencode([pair for name, value in fields.items() for pair in _pairs(name, value)]).encode()


def _pairs(name: str, value: Value) -> Iterator[tuple[str, str]]:
    match value:
        case None:
            return
        case bool():
            yield name, "true" if value else "false"
        case str() | int():
            yield name, str(value)
        case Mapping():
            for key, inner in value.items():
                yield from _pairs(f"{name}[{key}]", inner)
        case _:
            for index, inner in enumerate(value):
                yield from _pairs(f"{name}[{index}]", inner)
