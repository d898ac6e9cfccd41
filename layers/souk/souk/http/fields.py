"""What every schema shares: the base model, and the types of money and text on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticKnownError

from souk.shared.clock import to_wire
from souk.shared.money import CURRENCIES, MOST, Money

_ABSENT = object()


class Wire(BaseModel):
    """Base of every shape on the wire. Validators are built at first use: a function pays for its own shapes only."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def of(cls, source: object, **given: Any) -> Self:
        """Each field from `given`, else from the attribute of `source` with its name, else its default.

        Of Money in an attribute its amount. Members that are shapes, too, are made from the attributes of their sources
        alone. Raises TypeError when a name in `given` is no field.
        """
        unknown = len(given)
        for name in cls.__pydantic_fields__:
            if name in given:
                unknown -= 1
            elif (value := getattr(source, name, _ABSENT)) is not _ABSENT:
                given[name] = value.amount if isinstance(value, Money) else value
        if unknown:
            raise TypeError(f"{cls.__name__} has no {', '.join(given.keys() - cls.__pydantic_fields__.keys())}")
        return cls.model_validate(given, from_attributes=True)


def exact_number(value: object) -> Decimal:
    """A number of a JSON body as a Decimal: what was sent, up to 15 digits. Raises a validation error for the rest.

    By itself pydantic reads a Decimal from any text that Python reads as one: "1e1", "1_0", digits of every script.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticKnownError("float_type")
    # repr of a double is the shortest decimal that is read as this double.
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _plain_number(value: object) -> object:
    # A default is no text.
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", value):
        raise PydanticKnownError("float_type")
    return value


def _plain_integer(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise PydanticKnownError("int_type")
    return value


def _iso_date(value: object) -> object:
    # pydantic reads a number as seconds since 1970, and "1767225600" is a mistake in a query.
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise PydanticKnownError("date_type")
    return value


_LIMITS = Field(ge=0, le=MOST, allow_inf_nan=False)
_AS_NUMBER = PlainSerializer(float, return_type=float, when_used="json")

Exact = Annotated[Decimal, BeforeValidator(exact_number)]
"""A number in a body: JSON's, never a text. Up to 15 digits, more than any Amount has, it is taken exactly."""
Amount = Annotated[Exact, _LIMITS, _AS_NUMBER]
"""An amount of money in a body: a JSON number. Its decimals are checked against the currency by the domain."""
QueryNumber = Annotated[Decimal, BeforeValidator(_plain_number)]
"""A number in a query: ASCII digits, perhaps with a point between them."""
QueryInteger = Annotated[int, BeforeValidator(_plain_integer)]
"""A whole number in a query: ASCII digits."""
QueryAmount = Annotated[QueryNumber, _LIMITS]
"""An amount of money in a query."""
QueryDate = Annotated[date, BeforeValidator(_iso_date)]
"""A day in a query: 2026-11-30."""
AmountOut = Annotated[Decimal, _LIMITS, _AS_NUMBER]
"""An amount of money in an answer, without its currency: a JSON number."""
Moment = Annotated[
    datetime,
    PlainSerializer(to_wire, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in an answer: ISO 8601 in UTC, always with milliseconds."""


def _visible(text: str) -> str:
    # Almost every text is, and then it holds nothing of what is looked for below, one character at a time.
    if text.isprintable():
        return text
    # XML 1.0 and most consoles cannot carry control characters; they are mistakes in every one of our fields.
    if any((ord(character) < 32 and character not in "\t\n\r") or ord(character) == 127 for character in text):
        raise ValueError("must not contain control characters")
    if any(0xD800 <= ord(character) <= 0xDFFF or ord(character) in (0xFFFE, 0xFFFF) for character in text):
        raise ValueError("must be valid Unicode")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text or "\t" in text:
        raise ValueError("must be one line")
    return text


def encoded_size_at_most(most: int) -> AfterValidator:
    """Of a text, or of texts within lists and mappings: in bytes, as the data store counts its 400 KB an item."""

    def check[T](given: T) -> T:
        if _encoded_size(given) > most:
            raise ValueError(f"must take at most {most} bytes in UTF-8")
        return given

    return AfterValidator(check)


def _encoded_size(given: object) -> int:
    if isinstance(given, str):
        # A lone surrogate is refused in its own words by `Text`.
        return len(given.encode(errors="surrogatepass"))
    if isinstance(given, Mapping):
        return sum(_encoded_size(name) + _encoded_size(value) for name, value in given.items())
    if isinstance(given, list):
        return sum(_encoded_size(value) for value in given)
    raise TypeError(f"a {type(given).__name__} is no text")


Text = Annotated[str, AfterValidator(_visible)]
Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_visible), AfterValidator(_one_line)]


def _https(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or not address.isascii() or " " in address:
        raise ValueError("an https address")
    return address


HttpsUrl = Annotated[
    Line,
    Field(max_length=2048),
    AfterValidator(_https),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https://", "maxLength": 2048}),
]
"""An address that clients follow; the server never does."""


def _alpha2(text: str) -> str:
    from iso3166 import countries_by_alpha2, countries_by_alpha3

    code = text.strip().upper()
    country = countries_by_alpha2.get(code) or countries_by_alpha3.get(code)
    if country is None:
        raise ValueError("a country code of ISO 3166-1, as US or USA")
    return country.alpha2


def _in_use(currency: str) -> str:
    if currency not in CURRENCIES:
        raise ValueError("is no currency of ISO 4217 that is in use")
    return currency


Country = Annotated[
    str, AfterValidator(_alpha2), WithJsonSchema({"type": "string", "minLength": 2, "maxLength": 3, "examples": ["US"]})
]
"""A country in two or three letters (ISO 3166-1); two of them inside."""
Currency = Annotated[
    str,
    AfterValidator(_in_use),
    WithJsonSchema({"type": "string", "enum": sorted(CURRENCIES), "description": "ISO 4217, as it is in use."}),
]
"""A currency that prices may be in, by its code."""


def unsent() -> Any:
    """The default of a field that may be left out but not be null."""
    return None
