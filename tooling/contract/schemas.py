"""JSON Schemas of the wire shapes: what is read as it may be sent, what is answered as it is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

type Shape = Any
"""A pydantic model, or `list[Model]`."""

REFERENCE = "#/components/schemas/{model}"
_LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


class _WireSchema(GenerateJsonSchema):
    """A decimal is a JSON number; pydantic would also offer a text, which bodies refuse."""

    def decimal_schema(self, _schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        return {"type": "number"}

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False


class Shapes:
    """References to every shape of the contract, and their definitions under one set of names."""

    def __init__(self, read: Iterable[type[BaseModel]], answered: Iterable[Shape]) -> None:
        wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in read]
        wanted += [(_model(shape), "serialization") for shape in answered]
        references, definitions = models_json_schema(
            list(dict.fromkeys(wanted)), ref_template=REFERENCE, schema_generator=_WireSchema
        )
        self._references = references
        self.definitions: dict[str, Any] = {
            name: _tidy(schema) for name, schema in sorted(definitions["$defs"].items())
        }

    def reference(self, shape: Shape, mode: Literal["validation", "serialization"]) -> dict[str, Any]:
        reference = self._references[_model(shape), mode]
        return {"type": "array", "items": reference} if _is_list(shape) else reference

    def properties(self, model: type[BaseModel]) -> list[tuple[str, bool, dict[str, Any]]]:
        """(name, whether it is required, schema) of each field of a flat model: the parameters of a query."""
        schema = self.definitions[self._references[model, "validation"]["$ref"].rsplit("/", 1)[1]]
        required = schema.get("required", [])
        return [(name, name in required, _present(one)) for name, one in schema["properties"].items()]

    def keep(self, used: set[str]) -> dict[str, Any]:
        """The definitions that `used` name, and those that these name in turn."""
        reached: set[str] = set()
        while fresh := used - reached:
            reached |= fresh
            used = {name for one in fresh for name in names_in(self.definitions[one])}
        return {name: schema for name, schema in self.definitions.items() if name in reached}


def names_in(node: Any) -> set[str]:
    """Names of the schemas that are referred to anywhere in `node`."""
    if isinstance(node, dict):
        own = {str(node["$ref"]).removeprefix(REFERENCE.format(model=""))} if _is_reference(node) else set()
        return own.union(*(names_in(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(names_in(value) for value in node))
    return set()


def _is_reference(node: dict[str, Any]) -> bool:
    return str(node.get("$ref", "")).startswith(REFERENCE.format(model=""))


def _is_list(shape: Shape) -> bool:
    origin: object = get_origin(shape)
    return origin is list


def _model(shape: Shape) -> type[BaseModel]:
    model = get_args(shape)[0] if _is_list(shape) else shape
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise TypeError(f"An endpoint takes and answers pydantic models or a list of one, not {shape!r}.")
    return model


def _present(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is absent, never null."""
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf" and (name, value) != ("default", None)}
    return {**options[0], **rest} if len(options) == 1 else rest | ({"anyOf": options} if options else {})


def _tidy(node: Any) -> Any:
    """Limits under JSON Schema's names, where pydantic leaves its own; no titles, since names are enough."""
    if isinstance(node, list):
        return [_tidy(value) for value in node]
    if not isinstance(node, dict):
        return node
    limits = {
        _LIMITS[name]: (int if node["type"] == "integer" else float)(value)
        for name, value in node.items()
        if name in _LIMITS and "type" in node
    }
    rest = {name: _tidy(value) for name, value in node.items() if name not in _LIMITS or "type" not in node}
    if isinstance(rest.get("title"), str):
        del rest["title"]
    return {**rest, **limits}
