"""Every shape of a request, and the texts and limits in it, as the contract declares them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeAliasType, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from souk.http.validation import problems_of
from souk.shared.errors import FieldProblem
from tooling.contract.routes import routes

ELEMENT = "*"
"""In a path: any element of a list, or any member of a mapping."""


@cache
def request_shapes() -> dict[str, type[BaseModel]]:
    """Bodies and queries by operation: `create_listing body`."""
    return {
        f"{route.operation_id} {part}": model
        for route in routes()
        for part, model in (("body", route.declaration.body), ("query", route.declaration.query))
        if model is not None
    }


@cache
def shapes() -> list[type[BaseModel]]:
    """Each of them once."""
    return list(dict.fromkeys(request_shapes().values()))


@dataclass(frozen=True)
class Leaf:
    """What is no list, mapping or shape within a request. `marks`: what its annotation says beside its type."""

    path: tuple[str, ...]
    kind: Any
    marks: tuple[Any, ...]
    is_optional: bool
    is_key: bool = False


def leaves(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """All leaves of a shape, and of the shapes within it. A path has names on the wire."""
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        sent = name if alias is None else alias if isinstance(alias, str) else str(alias.choices[0])  # type: ignore[union-attr]
        yield from _leaves(field.annotation, (*path, sent), tuple(field.metadata), False)


def _leaves(kind: Any, path: tuple[str, ...], marks: tuple[Any, ...], is_optional: bool) -> Iterator[Leaf]:
    if isinstance(kind, TypeAliasType):
        yield from _leaves(kind.__value__, path, marks, is_optional)
    elif get_origin(kind) is Annotated:
        yield from _leaves(get_args(kind)[0], path, (*kind.__metadata__, *marks), is_optional)
    elif get_origin(kind) in (Union, UnionType):
        members = get_args(kind)
        for member in members:
            if member is not NoneType:
                yield from _leaves(member, path, marks, NoneType in members)
    elif get_origin(kind) in (list, tuple):
        yield from _leaves(get_args(kind)[0], (*path, ELEMENT), (), False)
    elif get_origin(kind) is dict:
        key, value = get_args(kind)
        for leaf in _leaves(key, (*path, ELEMENT), (), False):
            yield Leaf(leaf.path, leaf.kind, leaf.marks, is_optional=False, is_key=True)
        yield from _leaves(value, (*path, ELEMENT), (), False)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from leaves(kind, path)
    else:
        yield Leaf(path, kind, marks, is_optional)


def sent(path: tuple[str, ...], value: Any) -> Any:
    """A body in which `value` is at `path`, and nothing else."""
    for name in reversed(path):
        value = [value] if name == ELEMENT else {name: value}
    return value


def refused(model: type[BaseModel], body: Any) -> list[FieldProblem]:
    """What is wrong with a body, as the endpoint says it."""
    try:
        model.model_validate_json(json.dumps(body))
    except ValidationError as error:
        return problems_of(error, "body")
    return []
