"""Wire shapes of shipping profiles."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from souk.http.fields import Amount, AmountOut, Country, Currency, Line, Moment, Wire, unsent
from souk.shared.errors import InvalidValue
from souk.storefront.catalogue.model import ShippingRate

ProfileName = Annotated[Line, Field(min_length=1, max_length=100)]


class RateIn(Wire):
    """`first` is for the first unit of a parcel, `additional` for each further one."""

    first: Amount
    additional: Amount

    def to_rate(self) -> ShippingRate:
        return ShippingRate(self.first, self.additional)


class RateOut(Wire):
    first: AmountOut
    additional: AmountOut


class NewShippingProfile(Wire):
    """Products are sent from `country` (two or three letters). Without `international` they are not sent abroad."""

    name: ProfileName
    country: Country
    currency: Currency = "USD"
    domestic: RateIn
    international: RateIn | None = None

    def to_fields(self) -> dict[str, Any]:
        """The domain's own fields."""
        return {
            "name": self.name,
            "country": self.country,
            "currency": self.currency,
            "domestic": self.domestic.to_rate(),
            "international": self.international.to_rate() if self.international else None,
        }


class ShippingProfilePatch(Wire):
    """What is left out stays; null ends sending abroad. The currency cannot change: products are priced in it."""

    name: ProfileName = Field(default_factory=unsent)
    country: Country = Field(default_factory=unsent)
    domestic: RateIn = Field(default_factory=unsent)
    international: RateIn | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise InvalidValue("say what to change", code="required")
        return self

    def changes(self) -> dict[str, Any]:
        """The fields of a ShippingProfile that were sent, by name."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value.to_rate() if isinstance(value, RateIn) else value for name, value in sent.items()}


class ShippingProfileOut(Wire):
    id: str
    name: str
    country: str
    currency: str
    domestic: RateOut
    international: RateOut | None
    version: int
    created_at: Moment
    updated_at: Moment


class ShippingProfilesOut(Wire):
    """A page of the caller's shipping profiles, newest first."""

    data: list[ShippingProfileOut]
    next_cursor: str | None
