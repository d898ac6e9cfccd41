"""What every schema shares: the base model, and the types of money and text on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, Self, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticKnownError, core_schema

from souk.shared.clock import to_wire
from souk.shared.errors import InvalidValue
from souk.shared.money import CURRENCIES, MOST, Money

_ABSENT = object()


class Wire(BaseModel):
    """Base of every shape on the wire. Validators are built at first use: a function pays for its own shapes only."""

    model_config = ConfigDict(defer_build=True)
    strict_json: ClassVar[bool] = True
    """Whether a body of this shape is validated strictly. False where each field is strict by itself: a validator that
    fills in values before makes Python's objects of JSON's, and no list of those is a tuple to a strict shape.
    """

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """An empty text is null where a text, a choice or a query's day may be, else the default of a choice."""
        for field in cls.__pydantic_fields__.values():
            empty = _empty_as(field)
            if empty is not None and empty not in field.metadata:
                field.metadata.append(empty)

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
        raise PydanticKnownError("date_parsing", {"error": "not YYYY-MM-DD"})
    return value


_LIMITS = Field(ge=0, le=MOST, allow_inf_nan=False)
_AS_NUMBER = PlainSerializer(float, return_type=float, when_used="json")

Exact = Annotated[Decimal, BeforeValidator(exact_number)]
"""A number in a body: JSON's, never a text. Up to 15 digits, more than any Amount has, it is taken exactly."""
Amount = Annotated[Exact, _LIMITS, _AS_NUMBER]
"""An amount of money in a body: a JSON number. Its decimals are checked against the currency by the domain."""
_PLAIN_NUMBER = BeforeValidator(_plain_number)
_PLAIN_INTEGER = BeforeValidator(_plain_integer)
_ISO_DATE = BeforeValidator(_iso_date)

QueryNumber = Annotated[Decimal, _PLAIN_NUMBER]
"""A number in a query: ASCII digits, perhaps with a point between them."""
QueryInteger = Annotated[int, _PLAIN_INTEGER]
"""A whole number in a query: ASCII digits."""
QueryAmount = Annotated[QueryNumber, _LIMITS]
"""An amount of money in a query."""
QueryDate = Annotated[date, _ISO_DATE]
"""A day in a query: 2026-11-30."""
AmountOut = Annotated[Decimal, _AS_NUMBER]
"""An amount of money in an answer, without its currency: a JSON number. Without limits, as every answer: what is stored
or what a vendor said is shown."""
Moment = Annotated[
    datetime,
    PlainSerializer(to_wire, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in an answer: ISO 8601 in UTC, always with milliseconds."""


def encoded_size_at_most(most: int) -> AfterValidator:
    """Of a text, or of texts within lists and mappings: in bytes, as the data store counts its 400 KB an item."""

    def check[T](given: T) -> T:
        if _encoded_size(given) > most:
            raise InvalidValue(f"at most {most} bytes in UTF-8", code="too_long", limit=most)
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


def _clean_text(text: str) -> str:
    # Almost every text is of this kind: then nothing can be in it that is taken out, nor is it imported how.
    if text.isascii() and text.isprintable():
        return "" if text.isspace() else text
    from souk.shared.texts import clean_text

    return clean_text(text)


def _clean_line(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.strip()
    from souk.shared.texts import clean_line

    return clean_line(text)


def _phone_line(text: str) -> str:
    from souk.shared.texts import phone_line

    return phone_line(text)


_CLEAN_TEXT = AfterValidator(_clean_text)
_CLEAN_LINE = AfterValidator(_clean_line)

Text = Annotated[str, _CLEAN_TEXT]
"""A text of people, without what they cannot see. Where it may be null, an empty one is null."""
Line = Annotated[str, _CLEAN_LINE]
"""The same in one line. Every text of a request is one of the two, or an id whose pattern has no room for what cannot
be seen; secrets are neither, so they are never changed."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A text has to match `pattern`; `words` say the same to people, after the field's name: "must be a year".

    Between braces the words would be a template of pydantic's.
    """

    pattern: str
    words: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        matching = core_schema.custom_error_schema(
            core_schema.str_schema(pattern=self.pattern),
            custom_error_type="wrong_format",
            custom_error_message=self.words,
        )
        return core_schema.chain_schema([handler(source), matching])

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": self.pattern}


def is_empty_text(given: object) -> bool:
    """Whether it is a text with nothing to see in it."""
    return isinstance(given, str) and not _clean_text(given)


@dataclass(frozen=True, slots=True)
class _EmptyAs:
    """What an empty text means: forms send what was left empty."""

    default: str | None

    def __call__(self, given: object) -> object:
        return self.default if is_empty_text(given) else given


def _empty_as(field: FieldInfo) -> BeforeValidator | None:
    """How a field takes an empty text, or None when that is a text like any other, or refused."""
    members = get_args(field.annotation)
    if NoneType in members and any(_is_written_as_text(member) for member in members):
        return BeforeValidator(_EmptyAs(None))
    if isinstance(field.default, str) and field.default and _is_choice(field):
        return BeforeValidator(_EmptyAs(field.default))
    return None


def _is_written_as_text(kind: Any) -> bool:
    """A text of people, a choice, or what a query writes: what forms have an empty entry of.

    Not a plain `date` of a body: behind any validator of Python's a strict shape takes no text as a day.
    """
    if isinstance(kind, type):
        return issubclass(kind, Enum)
    written = (_CLEAN_TEXT, _CLEAN_LINE, _PLAIN_NUMBER, _PLAIN_INTEGER, _ISO_DATE)
    marks = getattr(kind, "__metadata__", ())
    return get_origin(kind) is Literal or any(isinstance(mark, Shaped) or mark in written for mark in marks)


def _is_choice(field: FieldInfo) -> bool:
    """One of certain texts, of which none is empty: a currency, a sort order."""
    return field.annotation is not str or any(
        isinstance(mark, Shaped) or (isinstance(mark, AfterValidator) and mark not in (_CLEAN_TEXT, _CLEAN_LINE))
        for mark in field.metadata
    )


def _https(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or not address.isascii() or " " in address:
        raise InvalidValue("must be an https address", code="wrong_format")
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

    code = text.upper()
    country = countries_by_alpha2.get(code) or countries_by_alpha3.get(code)
    if country is None:
        raise InvalidValue("must be a country code of ISO 3166-1, as US or USA", code="unknown_value")
    return country.alpha2


def _in_use(currency: str) -> str:
    if currency not in CURRENCIES:
        raise InvalidValue("is no currency of ISO 4217 that is in use", code="unknown_value")
    return currency


Phone = Annotated[Line, Field(max_length=50), AfterValidator(_phone_line)]
"""As people write it: `(212) 555-0142`, `+44 20 7946 0018 ext. 12`. One that no country's plan knows is taken, too."""
Country = Annotated[
    Line,
    AfterValidator(_alpha2),
    WithJsonSchema({"type": "string", "minLength": 2, "maxLength": 3, "examples": ["US"]}),
]
"""A country in two or three letters (ISO 3166-1); two of them inside."""
Currency = Annotated[
    Line,
    AfterValidator(_in_use),
    WithJsonSchema({"type": "string", "enum": sorted(CURRENCIES), "description": "ISO 4217, as it is in use."}),
]
"""A currency that prices may be in, by its code."""


def unsent() -> Any:
    """The default of a field that may be left out but not be null."""
    return None
