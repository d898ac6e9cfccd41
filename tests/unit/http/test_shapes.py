"""Shapes that are made from entities, and from the JSON of a body."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

import pytest
from pydantic import ValidationError

from souk.http.fields import AmountOut, Wire
from souk.shared.money import Money


class PartOut(Wire):
    name: str


class EntityOut(Wire):
    id: str
    price: AmountOut
    parts: list[PartOut]
    kind: str = "thing"


@dataclass
class Part:
    name: str
    secret: str = "hidden"


@dataclass
class Entity:
    id: str = "a"
    price: Money = field(default_factory=lambda: Money(Decimal("9.99"), "USD"))
    parts: tuple[Part, ...] = (Part("wheel"),)
    secret: str = "hidden"


def test_a_shape_takes_its_own_fields_and_no_others() -> None:
    assert EntityOut.of(Entity()).model_dump(mode="json") == {
        "id": "a",
        "price": 9.99,
        "parts": [{"name": "wheel"}],
        "kind": "thing",
    }


def test_what_is_given_comes_before_the_attribute() -> None:
    shape = EntityOut.of(Entity(), id="b", price=Decimal(5))
    assert (shape.id, shape.price) == ("b", Decimal(5))


def test_money_that_is_given_is_an_error() -> None:
    with pytest.raises(ValidationError, match="price"):
        EntityOut.of(Entity(), price=Money(Decimal(5), "USD"))


def test_a_given_name_that_is_no_field_is_an_error() -> None:
    with pytest.raises(TypeError, match="has no prize"):
        EntityOut.of(Entity(), prize=1)


def test_a_field_that_is_nowhere_is_an_error() -> None:
    with pytest.raises(ValidationError, match="id"):
        EntityOut.of(Part("wheel"), price=Decimal(1), parts=[])


class Kind(StrEnum):
    SALE = "sale"


class Event(Wire):
    day: date | None = None
    kind: Kind | None = None


def test_a_day_in_a_body_may_be_null_and_is_taken_as_json_writes_it() -> None:
    body = b'{"day": "2026-01-31", "kind": "sale"}'
    assert Event.model_validate_json(body, strict=Event.strict_json) == Event(day=date(2026, 1, 31), kind=Kind.SALE)
    assert Event.model_validate_json(b'{"day": null, "kind": ""}', strict=Event.strict_json) == Event()
