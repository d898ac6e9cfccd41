"""Every text of a request is one that people can see, and an empty one is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, JsonValue, SecretStr, TypeAdapter

from souk.http.fields import Line, Shaped, Text
from tests.template.requests import ELEMENT, Leaf, leaves, refused, sent, shapes

_CLEANED = {Text.__metadata__[0], Line.__metadata__[0]}  # type: ignore[attr-defined]

# What is compared byte by byte, or is not ours to read. The rest of a request's texts people have written.
_NEVER_CHANGED = {
    "PageQuery.cursor": "an opaque text of ours, which is decoded",
    "ListingsQuery.cursor": "an opaque text of ours, which is decoded",
    "ProfilePatch.preferences.*": "a client's own JSON, given back as it came",
    "VendorEvent.id": "signed by the vendor",
    "VendorEvent.type": "signed by the vendor",
    "VendorEvent.data.*": "signed by the vendor",
}
_INVISIBLE = "\u200b\u2060\ufeff\u00ad\u2800\u3164\u202e\u2066\u2069\ufe0f\u0301\U000e0041"


def _name(model: type[BaseModel], leaf: Leaf) -> str:
    return ".".join((model.__name__, *leaf.path))


def _texts() -> Mapping[str, tuple[type[BaseModel], Leaf]]:
    return {
        _name(model, leaf): (model, leaf)
        for model in shapes()
        for leaf in leaves(model)
        if leaf.kind in (str, Any, JsonValue) and not leaf.is_key
    }


def _optional() -> Mapping[str, tuple[type[BaseModel], Leaf]]:
    """What may be null and is written as a text: secrets are given as they are."""
    return {
        _name(model, leaf): (model, leaf)
        for model in shapes()
        for leaf in leaves(model)
        if leaf.is_optional
        and (leaf.kind in (str, date) or (isinstance(leaf.kind, type) and issubclass(leaf.kind, Enum)))
    }


def _is_plain_id(leaf: Leaf) -> bool:
    """Of letters, digits and hyphens alone: nothing that is taken out could be in it."""
    return any(isinstance(mark, Shaped) and mark.pattern == "^[A-Za-z0-9_-]{1,64}$" for mark in leaf.marks)


def test_every_text_and_every_name_in_a_mapping_is_cleaned() -> None:
    raw = {
        _name(model, leaf)
        for model in shapes()
        for leaf in leaves(model)
        if leaf.kind in (str, Any, JsonValue) and not (_CLEANED & set(leaf.marks) or _is_plain_id(leaf))
    }
    assert raw == _NEVER_CHANGED.keys(), "give the new field the type Text or Line of souk/http/fields.py"


def test_a_pattern_is_one_that_says_in_words_what_it_wants() -> None:
    # A pattern of pydantic's own is refused in the words of a regular expression.
    patterns = [
        _name(model, leaf)
        for model in shapes()
        for leaf in leaves(model)
        for mark in leaf.marks
        if getattr(mark, "pattern", None) is not None and not isinstance(mark, Shaped)
    ]
    assert patterns == []


@pytest.mark.parametrize("field", [name for name in _texts() if name not in _NEVER_CHANGED])
def test_a_text_with_nothing_to_see_is_empty(field: str) -> None:
    model, leaf = _texts()[field]
    problems = {problem.field: problem for problem in refused(model, sent(leaf.path, _INVISIBLE))}
    path = ".".join(leaf.path).replace(ELEMENT, "0")
    empty = {problem.field: problem for problem in refused(model, sent(leaf.path, ""))}
    assert problems.get(path) == empty.get(path)


@pytest.mark.parametrize("field", [name for name, (_, leaf) in _optional().items() if name not in _NEVER_CHANGED])
@pytest.mark.parametrize("nothing", ["", "  ", "\u200b"])
def test_an_empty_text_is_null_where_it_may_be_null(field: str, nothing: str) -> None:
    model, leaf = _optional()[field]
    path = ".".join(leaf.path)
    assert not [one for one in refused(model, sent(leaf.path, nothing)) if one.field == path]
    if leaf.path[1:]:
        return  # within another shape: the same class of shape holds it
    given = _parsed(model, leaf, nothing)
    assert given == _parsed(model, leaf, None)


def _parsed(model: type[BaseModel], leaf: Leaf, value: str | None) -> Any:
    """The value of a field after its own validation, without the rest of its shape."""
    [field] = [
        field for name, field in model.model_fields.items() if leaf.path[0] in (name, *_choices(field.validation_alias))
    ]
    return TypeAdapter(Annotated[field.annotation, *field.metadata]).validate_python(value)


def _with_default() -> Mapping[str, tuple[type[BaseModel], str]]:
    """Choices that may be left out: a currency, a sort order.

    eBay's site has no empty one to mean, and its location may be empty beside a postal code.
    """
    return {
        f"{model.__name__}.{name}": (model, name)
        for model in shapes()
        for name, field in model.model_fields.items()
        if isinstance(field.default, str) and field.default and name not in ("site", "location")
    }


@pytest.mark.parametrize("field", _with_default())
def test_an_empty_choice_is_its_default(field: str) -> None:
    model, name = _with_default()[field]
    info = model.model_fields[name]
    assert TypeAdapter(Annotated[info.annotation, *info.metadata]).validate_python("") == info.default


def _choices(alias: Any) -> list[Any]:
    return list(getattr(alias, "choices", [alias]))


@pytest.mark.parametrize("model", shapes())
def test_a_secret_is_never_changed(model: type[BaseModel]) -> None:
    for leaf in leaves(model):
        if leaf.kind is SecretStr:
            assert not _CLEANED & set(leaf.marks)
