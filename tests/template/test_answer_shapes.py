"""Answers have no rules of input: what was stored when a rule was milder is shown, not refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, TypeAliasType, get_args, get_origin

import pytest
from pydantic import BaseModel, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic.fields import FieldInfo

from souk.http.fields import Line, Phone, Wire, _EmptyAs
from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from tooling.contract.routes import routes

_SAVED_AS_IT_CAME = EbaySettings
"""What is shown is the body that was saved, and is read by its rules wherever it is used."""


def _shapes(kind: Any) -> Iterator[type[BaseModel]]:
    """A shape, or the shapes in an annotation, and all shapes within."""
    if isinstance(kind, TypeAliasType):
        yield from _shapes(kind.__value__)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from _shapes(field.annotation)
    else:
        for part in get_args(kind):
            yield from _shapes(part)


def _answers() -> list[type[BaseModel]]:
    declared = [
        kind
        for route in routes()
        for kind in (route.declaration.returns, *route.declaration.answers.values())
        if kind is not _SAVED_AS_IT_CAME
    ]
    return list(dict.fromkeys(shape for kind in declared for shape in _shapes(kind)))


def _marks(kind: Any) -> Iterator[Any]:
    if isinstance(kind, TypeAliasType):
        yield from _marks(kind.__value__)
    elif get_origin(kind) is Annotated:
        yield from kind.__metadata__
    for part in get_args(kind):
        yield from _marks(part)


def _rules(shape: type[BaseModel]) -> list[str]:
    """What may refuse or change a value of one of the fields."""
    found = [
        f"{name}: {mark}"
        for name, field in shape.model_fields.items()
        for mark in (*field.metadata, *_marks(field.annotation))
        if not _is_harmless(mark)
    ]
    own = shape.__pydantic_decorators__
    return [*found, *own.validators, *own.field_validators, *own.root_validators, *own.model_validators]


def _is_harmless(mark: Any) -> bool:
    if isinstance(mark, FieldInfo):
        return all(map(_is_harmless, mark.metadata))
    # Every shape has the last one, which leaves all but empty texts alone.
    is_ours = isinstance(mark, BeforeValidator) and isinstance(mark.func, _EmptyAs)
    return isinstance(mark, PlainSerializer | WithJsonSchema) or is_ours


@pytest.mark.parametrize("shape", _answers(), ids=lambda shape: shape.__name__)
def test_an_answer_has_no_rule_of_input(shape: type[BaseModel]) -> None:
    assert _rules(shape) == []


def test_rules_of_input_are_found_wherever_they_stand() -> None:
    class Bad(Wire):
        plain: str
        line: Line
        phone: Phone | None
        names: list[Line]
        by_name: dict[Line, str]

    assert {rule.partition(":")[0] for rule in _rules(Bad)} == {"line", "phone", "names", "by_name"}
    assert len(_answers()) > 50
