"""What a request's shape refuses, said to people: the validator's errors by their kind, in our words and codes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from souk.shared.errors import FieldCode, FieldProblem, InvalidValue

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_WHOLE_NUMBER: Final = "must be a whole number"
_NUMBER: Final = "must be a number"
_TRUE_OR_FALSE: Final = "must be true or false"
_OBJECT: Final = "must be an object"
_DATE: Final = "must be a date, as 2026-01-31"
_MOMENT: Final = "must be a date and a time, as 2026-01-31T12:00:00Z"

# pydantic's kind of error -> our code, what is said, and the member of its context that is the limit.
_KINDS: Final[Mapping[str, tuple[FieldCode, str, str | None]]] = {
    "missing": ("required", "is required", None),
    "extra_forbidden": ("not_allowed", "is no field of this request", None),
    "none_required": ("wrong_type", "must be null", None),
    "string_type": ("wrong_type", "must be a text", None),
    "string_sub_type": ("wrong_type", "must be a text", None),
    "string_unicode": ("wrong_format", "must be valid Unicode", None),
    "invalid_key": ("wrong_type", "must be a text", None),
    "int_type": ("wrong_type", _WHOLE_NUMBER, None),
    "int_parsing": ("wrong_type", _WHOLE_NUMBER, None),
    "int_from_float": ("wrong_type", _WHOLE_NUMBER, None),
    "int_parsing_size": ("too_large", "is too large", None),
    "float_type": ("wrong_type", _NUMBER, None),
    "float_parsing": ("wrong_type", _NUMBER, None),
    "decimal_type": ("wrong_type", _NUMBER, None),
    "decimal_parsing": ("wrong_type", _NUMBER, None),
    "finite_number": ("wrong_type", _NUMBER, None),
    "decimal_max_digits": ("too_precise", "at most {} digits", "max_digits"),
    "decimal_max_places": ("too_precise", "at most {} decimals", "decimal_places"),
    "decimal_whole_digits": ("too_large", "at most {} digits before the decimal point", "whole_digits"),
    "bool_type": ("wrong_type", _TRUE_OR_FALSE, None),
    "bool_parsing": ("wrong_type", _TRUE_OR_FALSE, None),
    "list_type": ("wrong_type", "must be a list", None),
    "tuple_type": ("wrong_type", "must be a list", None),
    "dict_type": ("wrong_type", _OBJECT, None),
    "model_type": ("wrong_type", _OBJECT, None),
    "model_attributes_type": ("wrong_type", _OBJECT, None),
    "date_type": ("wrong_type", _DATE, None),
    "date_parsing": ("wrong_format", _DATE, None),
    "date_from_datetime_parsing": ("wrong_format", _DATE, None),
    "date_from_datetime_inexact": ("wrong_format", _DATE, None),
    "datetime_type": ("wrong_type", _MOMENT, None),
    "datetime_parsing": ("wrong_format", _MOMENT, None),
    "datetime_from_date_parsing": ("wrong_format", _MOMENT, None),
    "datetime_object_invalid": ("wrong_format", _MOMENT, None),
    "timezone_aware": ("wrong_format", "needs its difference from UTC, as in 2026-01-31T12:00:00+01:00", None),
    "string_too_short": ("too_short", "at least {} characters", "min_length"),
    "string_too_long": ("too_long", "at most {} characters", "max_length"),
    "too_short": ("too_few", "at least {} entries", "min_length"),
    "too_long": ("too_many", "at most {} entries", "max_length"),
    "greater_than": ("too_small", "must be more than {}", "gt"),
    "greater_than_equal": ("too_small", "at least {}", "ge"),
    "less_than": ("too_large", "must be less than {}", "lt"),
    "less_than_equal": ("too_large", "at most {}", "le"),
    "recursion_loop": ("invalid", "is nested too deeply", None),
}
# A limit on a text that is checked after its validators is reported as one on a list.
_OF_TEXTS: Final = {"too_short": "string_too_short", "too_long": "string_too_long"}
_LONGEST_FIELD: Final = 200
_SECRET: Final = "get_secret_value"  # noqa: S105 - the name of a method


def problems_of(error: ValidationError, root: str) -> list[FieldProblem]:
    """One problem for each field that was refused. `root` names what has no field: the body, or the query."""
    return [_problem(one, root) for one in error.errors(include_url=False)]


def _problem(one: ErrorDetails, root: str) -> FieldProblem:
    field = _shortened(".".join(str(part) for part in one["loc"])) or root
    kind, context = one["type"], one.get("ctx", {})
    match kind:
        case "value_error":
            reason = context["error"]
            return reason.of(field) if isinstance(reason, InvalidValue) else FieldProblem(field, str(reason))
        case "wrong_format":
            return FieldProblem(field, one["msg"], "wrong_format")
        case "enum" | "literal_error":
            return FieldProblem(field, f"must be {context['expected']}", "unknown_value")
        case "json_invalid":
            return FieldProblem(field, _not_json(context["error"]), "not_json")
    if kind in _OF_TEXTS and (isinstance(one["input"], str) or hasattr(one["input"], _SECRET)):
        kind = _OF_TEXTS[kind]
    code, words, member = _KINDS.get(kind, ("invalid", "is not valid", None))
    if member is None:
        return FieldProblem(field, words, code)
    limit = _number(context[member])
    if limit == 1 and kind in ("string_too_short", "too_short"):
        words = "must not be empty"
    return FieldProblem(field, words.format(limit), code, limit)


def _shortened(path: str) -> str:
    """Names may be the client's own, of any length."""
    return path if len(path) <= _LONGEST_FIELD else f"{path[: _LONGEST_FIELD - 1]}\u2026"


def _not_json(reason: str) -> str:
    _, at, position = reason.rpartition(" at line ")
    return f"is not JSON: look at line {position.replace(' column', ', column')}" if at else "is not JSON"


def _number(limit: Any) -> float:
    """As JSON writes it. The limit of a decimal comes as the text `Decimal('9.99')`."""
    number = Decimal(limit.removeprefix("Decimal('").removesuffix("')") if isinstance(limit, str) else limit)
    return int(number) if number == int(number) else float(number)
