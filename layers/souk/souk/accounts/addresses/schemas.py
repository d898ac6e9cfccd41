"""Wire shapes of addresses."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from typing import Annotated, Any

from pydantic import Field

from souk.accounts.addresses.model import Address
from souk.http.fields import Country, Line, Phone, Wire, unsent

# Wire name -> field of Address, where they differ.
_FIELDS = {"address_line1": "line1", "address_line2": "line2"}


PersonName = Annotated[Line, Field(min_length=1, max_length=100)]
StreetLine = Annotated[Line, Field(min_length=1, max_length=100)]
Place = Annotated[Line, Field(min_length=1, max_length=80)]
# Its form is checked by the rules of its country.
PostalCode = Annotated[Line, Field(min_length=1, max_length=20)]


class AddressIn(Wire):
    """`country`: two or three letters (ISO 3166-1), which decides whether `city` and `postal_code` are needed.

    `state` is a code or a name. The first address always becomes the default.
    """

    full_name: PersonName
    address_line1: StreetLine
    address_line2: StreetLine | None = None
    city: Place | None = None
    state: Place | None = None
    postal_code: PostalCode | None = None
    country: Country
    phone: Phone | None = None
    is_default: bool = False

    def to_address(self, address_id: str, account_id: str) -> Address:
        return Address(id=address_id, account_id=account_id, version=1, **_fields(self.model_dump()))


class AddressPatch(Wire):
    """Fields that are left out stay as they are; null clears an optional one."""

    full_name: PersonName = Field(default_factory=unsent)
    address_line1: StreetLine = Field(default_factory=unsent)
    address_line2: StreetLine | None = None
    city: Place | None = None
    state: Place | None = None
    postal_code: PostalCode | None = None
    country: Country = Field(default_factory=unsent)
    phone: Phone | None = None
    is_default: bool | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, by their names in Address."""
        return _fields(self.model_dump(exclude_unset=True))


class PostalAddressOut(Wire):
    """`state` and `phone` are as they were written. `state_code`: the second part of ISO 3166-2, or the abbreviation
    that the country's post uses. `phone_e164`: as +442079460018. Both are null where they are not known."""

    full_name: str
    address_line1: str
    address_line2: str | None
    city: str | None
    state: str | None
    state_code: str | None
    postal_code: str | None
    country: str
    phone: str | None
    phone_e164: str | None


class AddressOut(PostalAddressOut):
    id: str
    is_default: bool


def _fields(sent: dict[str, Any]) -> dict[str, Any]:
    return {_FIELDS.get(name, name): value for name, value in sent.items() if name != "is_default"}
