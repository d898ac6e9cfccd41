"""How dataclasses become attributes, and are read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

import pytest

from souk.aws.items import Codec
from souk.shared.money import Money

_NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Fee:
    price: Money
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    id: str
    colour: Colour
    at: datetime
    size: Decimal
    price: Money
    owner: str | None
    fees: tuple[Fee, ...] = ()
    shares: Mapping[str, Money] = field(default_factory=dict)
    version: int = 1
    hidden: bool = False


_FULL = Thing(
    "a",
    Colour.RED,
    _NOON,
    Decimal("1.5"),
    Money(Decimal("9.99"), "USD"),
    "ann",
    (Fee(Money(Decimal(1), "USD"), "first"),),
    {"bob": Money(Decimal(2), "USD")},
    version=3,
    hidden=True,
)
_BARE = Thing("b", Colour.RED, _NOON, Decimal(2), Money(Decimal(500), "JPY"), None)


def test_each_type_has_its_form() -> None:
    assert Codec(Thing, currency_of="price").encode(_FULL) == {
        "id": "a",
        "colour": "red",
        "at": "2026-01-02T12:00:00.000Z",
        "size": Decimal("1.5"),
        "price_minor": 999,
        "currency": "USD",
        "owner": "ann",
        "fees": [{"price_minor": 100, "note": "first"}],
        "shares": {"bob": 200},
        "version": 3,
        "hidden": True,
    }


@pytest.mark.parametrize("thing", [_FULL, _BARE], ids=["full", "bare"])
@pytest.mark.parametrize("nulls", [False, True])
def test_what_is_stored_is_read_back(thing: Thing, nulls: bool) -> None:
    codec = Codec(Thing, currency_of="price", sparse=("hidden",), nulls=nulls, names={"id": "thing_id"})
    item = codec.encode(thing)
    assert codec.decode(item) == thing
    assert "hidden" in item or not thing.hidden
    assert ("owner" in item) is (nulls or thing.owner is not None)


def test_a_part_may_have_a_codec_of_its_own() -> None:
    fee = Codec(Fee, names={"price": "fee_minor"})
    item = Codec(Thing, fee, currency_of="price").encode(_FULL)
    assert item["fees"] == [{"fee_minor": 100, "note": "first"}]
    assert Codec(Thing, fee).decode(item) == _FULL


def test_a_part_with_its_own_currency_keeps_it() -> None:
    fee = Codec(Fee, currency_of="price")
    mixed = Thing("c", Colour.RED, _NOON, Decimal(1), Money(Decimal(1), "USD"), None, (Fee(Money(Decimal(7), "JPY")),))
    codec = Codec(Thing, fee, currency_of="price")
    assert codec.decode(codec.encode(mixed)) == mixed


def test_an_attribute_that_has_to_be_there_is_missed() -> None:
    item = Codec(Thing, currency_of="price").encode(_FULL)
    del item["colour"]
    with pytest.raises(TypeError, match="colour"):
        Codec(Thing).decode(item)


def test_a_form_can_be_given_by_hand() -> None:
    codec = Codec(
        Thing, currency_of="price", at=(lambda at: int(at.timestamp()), lambda s: datetime.fromtimestamp(s, UTC))
    )
    item = codec.encode(_FULL)
    assert item["at"] == int(_NOON.timestamp())
    assert codec.decode(item) == _FULL
