"""Wire shapes of addresses: the names are document 4's."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StringConstraints

from souk.accounts.addresses.model import Address
from souk.http.fields import Country, Line, unsent

# Wire name -> field of an Address, where they differ.
_FIELDS = {"address_line1": "line1", "address_line2": "line2"}


PersonName = Annotated[Line, Field(min_length=1, max_length=100)]
StreetLine = Annotated[Line, Field(min_length=1, max_length=100)]
Place = Annotated[Line, Field(min_length=1, max_length=80)]
PostalCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9 -]{1,11}$")]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ().-]{3,23}[0-9]$")]


class AddressIn(BaseModel):
    """`country` in two or three letters. The first address becomes the default in any case."""

    full_name: PersonName
    address_line1: StreetLine
    address_line2: StreetLine | None = None
    city: Place
    state: Place | None = None
    postal_code: PostalCode | None = None
    country: Country
    phone: Phone | None = None
    is_default: bool = False

    def to_address(self, address_id: str, account_id: str) -> Address:
        return Address(id=address_id, account_id=account_id, version=1, **_fields(self.model_dump()))


class AddressPatch(BaseModel):
    """What is left out stays; null clears what an address can do without."""

    full_name: PersonName = Field(default_factory=unsent)
    address_line1: StreetLine = Field(default_factory=unsent)
    address_line2: StreetLine | None = None
    city: Place = Field(default_factory=unsent)
    state: Place | None = None
    postal_code: PostalCode | None = None
    country: Country = Field(default_factory=unsent)
    phone: Phone | None = None
    is_default: bool | None = None

    def changes(self) -> dict[str, Any]:
        """The fields of an Address that were sent, by name."""
        return _fields(self.model_dump(exclude_unset=True))


class AddressOut(BaseModel):
    id: str
    full_name: str
    address_line1: str
    address_line2: str | None
    city: str
    state: str | None
    postal_code: str | None
    country: str
    phone: str | None
    is_default: bool

    @classmethod
    def of(cls, address: Address, is_default: bool) -> Self:
        return cls(
            id=address.id,
            full_name=address.full_name,
            address_line1=address.line1,
            address_line2=address.line2,
            city=address.city,
            state=address.state,
            postal_code=address.postal_code,
            country=address.country,
            phone=address.phone,
            is_default=is_default,
        )


def _fields(sent: dict[str, Any]) -> dict[str, Any]:
    return {_FIELDS.get(name, name): value for name, value in sent.items() if name != "is_default"}
