"""Forms with names that nest in brackets, and the parameters that this stand-in takes.

What is not listed is refused, as Stripe refuses what it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from local.vendors.stripe.errors import invalid

_NAME = re.compile(r"([a-z_]+)((?:\[[A-Za-z0-9_-]*\])*)")
_PARAMETERS = 1000


@dataclass(frozen=True, slots=True)
class Param:
    """`fields` makes it an object, `each` a list (of `each`, at most `many`), `free` a map of any short texts."""

    required: bool = False
    pattern: str = r"(?s).+"
    longest: int = 5000
    fields: Mapping[str, Param] | None = None
    each: Param | None = None
    many: int = 100
    free: bool = False


_TEXT = Param()
_URL = Param(pattern=r"https?://[^\s<>\"]+")
_AMOUNT = Param(required=True, pattern=r"\d{1,13}")
_METADATA = Param(free=True)

SESSION: Mapping[str, Param] = {
    "mode": Param(required=True, pattern="payment"),
    "ui_mode": Param(pattern="hosted_page"),
    "payment_method_types": Param(each=Param(pattern="card")),
    "client_reference_id": Param(longest=200),
    "customer_email": Param(pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", longest=512),
    "expires_at": Param(pattern=r"\d{1,11}"),
    "success_url": Param(required=True, pattern=_URL.pattern),
    "cancel_url": _URL,
    "metadata": _METADATA,
    "payment_intent_data": Param(fields={"metadata": _METADATA, "description": _TEXT}),
    "line_items": Param(
        required=True,
        each=Param(
            fields={
                "quantity": Param(required=True, pattern=r"[1-9]\d{0,5}"),
                "price_data": Param(
                    required=True,
                    fields={
                        "currency": Param(required=True, pattern=r"[a-z]{3}"),
                        "unit_amount": _AMOUNT,
                        "product_data": Param(
                            required=True,
                            fields={
                                "name": Param(required=True),
                                "description": _TEXT,
                                "images": Param(each=_URL, many=8),
                                "metadata": _METADATA,
                            },
                        ),
                    },
                ),
            },
        ),
    ),
}

REFUND: Mapping[str, Param] = {
    "payment_intent": _TEXT,
    "charge": _TEXT,
    "amount": Param(pattern=r"[1-9]\d{0,12}"),
    "reason": Param(pattern="duplicate|fraudulent|requested_by_customer"),
    "metadata": _METADATA,
}

_PAGE: Mapping[str, Param] = {"limit": Param(pattern=r"[1-9]\d?|100"), "starting_after": _TEXT}

SESSIONS: Mapping[str, Param] = {
    "created": Param(fields={"gte": Param(pattern=r"\d{1,11}")}),
    "status": Param(pattern="complete|expired|open"),
    **_PAGE,
}

REFUNDS: Mapping[str, Param] = {"payment_intent": _TEXT, "charge": _TEXT, **_PAGE}


def read(text: str, params: Mapping[str, Param]) -> dict[str, Any]:
    """The form's fields as `params` want them, numbers still as text. Raises Refused."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_PARAMETERS)
    except ValueError as problem:
        raise invalid(f"The form cannot be read: {problem}.") from problem
    tree: dict[str, Any] = {}
    for name, value in pairs:
        match = _NAME.fullmatch(name)
        if match is None:
            raise invalid(f"Received unknown parameter: {name}", name, "parameter_unknown")
        _plant(tree, [match[1], *re.findall(r"\[([^\]]*)\]", match[2])], name, value)
    _check(tree, params, "")
    return {name: _shaped(value, params[name]) for name, value in tree.items()}


def _plant(tree: dict[str, Any], path: list[str], name: str, value: str) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            raise invalid("Invalid object", name)
    if path[-1] in tree:
        raise invalid(f"The parameter {name} was given twice.", name)
    tree[path[-1]] = value


def _check(tree: Mapping[str, Any], params: Mapping[str, Param], path: str) -> None:
    for name in tree:
        if name not in params:
            raise invalid(f"Received unknown parameter: {_below(path, name)}", _below(path, name), "parameter_unknown")
    for name, param in params.items():
        at = _below(path, name)
        if name in tree:
            _check_one(tree[name], param, at)
        elif param.required:
            raise invalid(f"Missing required param: {at}.", at, "parameter_missing")


def _check_one(value: Any, param: Param, at: str) -> None:
    if param.fields is not None or param.each is not None or param.free:
        if not isinstance(value, dict):
            raise invalid("Invalid object", at)
        if param.fields is not None:
            _check(value, param.fields, at)
        elif param.each is not None:
            if list(value) != [str(index) for index in range(len(value))] or len(value) > param.many:
                raise invalid("Invalid array", at)
            for index, inner in value.items():
                _check_one(inner, param.each, _below(at, index))
        else:
            _check_metadata(value, at)
    elif not isinstance(value, str):
        raise invalid("Invalid string", at)
    elif not value:
        raise invalid(f"You passed an empty string for '{at}'.", at, "parameter_invalid_empty")
    elif len(value) > param.longest or not re.fullmatch(param.pattern, value):
        raise invalid(f"Invalid {at}: {value[:80]}", at)


def _check_metadata(value: Mapping[str, Any], at: str) -> None:
    fits = all(isinstance(text, str) and len(key) <= 40 and len(text) <= 500 for key, text in value.items())
    if len(value) > 50 or not fits:
        raise invalid("Metadata has at most 50 keys of 40 characters, with values of at most 500.", at)


def _shaped(value: Any, param: Param) -> Any:
    if param.fields is not None:
        return {name: _shaped(inner, param.fields[name]) for name, inner in value.items()}
    if param.each is not None:
        return [_shaped(inner, param.each) for inner in value.values()]
    return value


def _below(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
