"""What items are made of: their keys, dataclasses as their attributes, and attribute values as DynamoDB writes them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cached_property
from types import NoneType
from typing import Any, Final, NamedTuple, get_args, get_origin, get_type_hints

from souk.shared.clock import from_wire, to_wire
from souk.shared.money import Money

# Keys ----------------------------------------------------------------------------------------------------------------


class Row:
    """The keys of one kind of item in a table: `Row("USER#{}", "ORDER#{}")(buyer_id, order_id)`."""

    def __init__(self, pk: str, sk: str) -> None:
        self._pk = pk
        self._sk = sk
        self._in_pk = pk.count("{}")
        self._in_both = self._in_pk + sk.count("{}")
        self.prefix: Final = sk.partition("{}")[0]
        """What the sort keys of this kind begin with."""

    def __call__(self, *ids: str) -> dict[str, str]:
        """The key with `ids` in the places of `{}`. Raises TypeError for another number of ids."""
        if len(ids) != self._in_both:
            raise TypeError(f"{self._pk} {self._sk} takes {self._in_both} ids, not {len(ids)}")
        return {"pk": self.partition(*ids[: self._in_pk]), "sk": self._sk.format(*ids[self._in_pk :])}

    def partition(self, *ids: str) -> str:
        return self._pk.format(*ids)

    def id_of(self, key: Mapping[str, Any]) -> str:
        """The last id in a key of this kind."""
        return str(key["sk"]).removeprefix(self.prefix)


# The sparse index `due` of a table: what a sweep has to handle, and when. An item is in it while it has these.

DUE_SHARDS: Final = tuple(f"DUE#{number}" for number in range(4))


def due_members(entity_id: str, due_at: datetime) -> dict[str, str]:
    """The attributes that put an item into the index: its due time, and a shard that its id decides."""
    return {"due_at": to_wire(due_at), "due_shard": DUE_SHARDS[zlib.crc32(entity_id.encode()) % len(DUE_SHARDS)]}


# Dataclasses: the items of a domain are described in its room `mapping`, by one Codec for each kind. -----------------


type Encode = Callable[[Any], Any]
type Decode = Callable[..., Any]
"""Takes what is stored; for a type with amounts of money, also their currency."""


class _Form(NamedTuple):
    """How members of a type are stored. `encode` and `decode` are None where they are stored as they are."""

    encode: Encode | None = None
    decode: Decode | None = None
    has_money: bool = False


class _Attribute(NamedTuple):
    field: str
    name: str
    default: Any
    """Of the field, or MISSING. A sparse attribute is not stored while the field has its default."""
    form: _Form
    may_be_none: bool


class Codec[T]:
    """Encodes instances of one dataclass as attributes, and decodes them.

    Texts, numbers, bytes and booleans are stored as they are, moments as ISO 8601, members of an enum as their value,
    tuples as lists, mappings and other dataclasses as maps. An amount of money `price` is stored as `price_minor`, in
    whole minor units; its currency is the attribute `currency` of the same item, or of the item that it is part of.
    """

    def __init__(
        self,
        kind: type[T],
        *parts: Codec[Any],
        names: Mapping[str, str] | None = None,
        currency_of: str | None = None,
        sparse: Collection[str] = (),
        nulls: bool = False,
        **others: tuple[Encode, Callable[[Any], Any]],
    ) -> None:
        """`parts`: the codecs of dataclasses within this one that need more than their types say.

        names: of attributes that are not named as their fields.
        currency_of: the field whose currency is stored as `currency`.
        sparse: fields that are not stored while they have their default.
        nulls: a missing value is stored as NULL; else it is not stored.
        others: how to encode and decode what has no form of its own above, by field.
        """
        self.kind = kind
        self._parts = {part.kind: part for part in parts}
        self._names = names or {}
        self._currency_of = currency_of
        self._sparse = frozenset(sparse)
        self._nulls = nulls
        self._others = others

    def encode(self, value: T) -> dict[str, Any]:
        """The attributes of `value`."""
        item: dict[str, Any] = {}
        for field, name, default, (encode, _, _), _ in self._attributes:
            member = getattr(value, field)
            if member is None:
                if self._nulls:
                    item[name] = None
            elif not (field in self._sparse and member == default):
                item[name] = member if encode is None else encode(member)
        if self._currency_of is not None:
            item["currency"] = getattr(value, self._currency_of).currency
        return item

    def decode(self, item: Mapping[str, Any], currency: str = "") -> T:
        """`currency`: of amounts, unless the item has its own.

        Raises TypeError when an attribute that has to be there is missing.
        """
        get = item.get
        members: dict[str, Any] = {**self._nones}
        for field, name, decode in self._without_money:
            if (member := get(name)) is not None:
                members[field] = member if decode is None else decode(member)
        for field, name, decode in self._with_money:
            if (member := get(name)) is not None:
                members[field] = decode(member, get("currency", currency))
        return self.kind(**members)

    # Made at first use: a function pays for the kinds that it stores only.

    @cached_property
    def _attributes(self) -> tuple[_Attribute, ...]:
        hints = get_type_hints(self.kind)
        return tuple(self._attribute(field, hints[field.name]) for field in fields(self.kind))  # type: ignore[arg-type]

    @cached_property
    def _without_money(self) -> tuple[tuple[str, str, Decode | None], ...]:
        return tuple((one.field, one.name, one.form.decode) for one in self._attributes if not one.form.has_money)

    @cached_property
    def _with_money(self) -> tuple[tuple[str, str, Decode], ...]:
        return tuple(
            (one.field, one.name, one.form.decode) for one in self._attributes if one.form.decode and one.form.has_money
        )

    @cached_property
    def _nones(self) -> Mapping[str, None]:
        """Fields that have no default and may be None."""
        return {one.field: None for one in self._attributes if one.may_be_none and one.default is MISSING}

    def _attribute(self, field: Any, hint: Any) -> _Attribute:
        hint, may_be_none = _without_none(hint)
        name = self._names.get(field.name) or (f"{field.name}_minor" if hint is Money else field.name)
        form = _Form(*self._others[field.name]) if field.name in self._others else self._form(hint)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        return _Attribute(field.name, name, default, form, may_be_none)

    def _form(self, hint: Any) -> _Form:
        arguments = get_args(hint)
        match get_origin(hint) or hint:
            case kind if kind is tuple:
                return _sequence(self._form(arguments[0]))
            case kind if isinstance(kind, type) and issubclass(kind, Mapping):
                return _mapping(self._form(arguments[1]))
            case kind if kind is Money:
                return _Form(_minor, Money.from_minor, has_money=True)
            case kind if kind is datetime:
                return _Form(to_wire, from_wire)
            case kind if kind is Decimal:
                return _Form(None, Decimal)
            case kind if isinstance(kind, type) and issubclass(kind, Enum):
                return _Form(_value, kind)
            case kind if is_dataclass(kind) and isinstance(kind, type):
                part = self._parts.get(kind) or Codec[Any](kind, *self._parts.values())
                return _Form(part.encode, part.decode, has_money=bool(part._with_money))
        return _Form()


def _without_none(hint: Any) -> tuple[Any, bool]:
    members = get_args(hint)
    if NoneType not in members:
        return hint, False
    [member] = (member for member in members if member is not NoneType)
    return member, True


def _sequence(form: _Form) -> _Form:
    encode, decode, has_money = form
    encode_all: Encode = list if encode is None else lambda members: [encode(member) for member in members]
    if decode is None:
        return _Form(encode_all, tuple)
    if has_money:
        return _Form(encode_all, lambda members, currency: tuple(decode(one, currency) for one in members), True)
    return _Form(encode_all, lambda members: tuple(map(decode, members)))


def _mapping(form: _Form) -> _Form:
    encode, decode, has_money = form
    encode_all: Encode = (
        dict if encode is None else lambda members: {name: encode(one) for name, one in members.items()}
    )
    if decode is None:
        return _Form(encode_all, dict)
    if has_money:
        return _Form(
            encode_all, lambda members, currency: {name: decode(one, currency) for name, one in members.items()}, True
        )
    return _Form(encode_all, lambda members: {name: decode(one) for name, one in members.items()})


def _value(member: Enum) -> Any:
    return member.value


def _minor(amount: Money) -> int:
    return amount.minor


# Attribute values: boto3 has this too, but is not in the layer, because importing it would cost about 20 ms of a cold
# start (docs/adr/0005). Floats are refused, since DynamoDB counts in decimals. ----------------------------------------


def to_attribute(value: Any) -> dict[str, Any]:
    """One attribute value. Raises TypeError for what DynamoDB cannot hold exactly."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case int() | Decimal():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case Mapping():
            return {"M": {name: to_attribute(inner) for name, inner in value.items()}}
        case list() | tuple():
            return {"L": [to_attribute(inner) for inner in value]}
    raise TypeError(f"DynamoDB cannot hold a {type(value).__name__}")


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """The Python value of one attribute value. A number is an int when it is whole, else a Decimal."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "B" | "BOOL":
            return value
        case "N":
            return int(value) if value.lstrip("-").isdigit() else Decimal(value)
        case "NULL":
            return None
        case "M":
            return from_attributes(value)
        case "L":
            return [from_attribute(inner) for inner in value]
        case "SS":
            return set(value)
    raise TypeError(f"an attribute of kind {kind} is none of ours")


def to_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_attribute(value) for name, value in item.items()}


def from_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: from_attribute(value) for name, value in item.items()}
