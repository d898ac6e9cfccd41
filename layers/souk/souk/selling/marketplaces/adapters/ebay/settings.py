"""A seller's settings for all eBay listings: location, shipping and return terms.

They are the body of `/platforms/ebay/settings`. The defaults are enough for a first listing on the US site. What only
eBay knows, such as which shipping services a site has, is left for eBay to refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator, model_validator

from souk.http.fields import Line, Shaped, Wire, exact_number, is_empty_text
from souk.selling.marketplaces.adapters.ebay.sites import SITES, Site
from souk.shared.errors import InvalidValue

# Every site's currency has two decimals; on the wire a JSON number.
type Amount = Annotated[
    Decimal,
    Field(ge=0, max_digits=9, decimal_places=2),
    BeforeValidator(exact_number),
    PlainSerializer(float, return_type=float, when_used="json"),
]
PolicyId = Annotated[Line, Shaped(r"^[0-9]{1,19}$", "must be the number of a business policy")]

PostalCode = Annotated[
    Line,
    Shaped(r"^[A-Za-z0-9][A-Za-z0-9 -]{0,11}$", "must be at most 12 letters, digits, spaces and hyphens"),
]

# An empty one means that of the site, which an empty location does not: a postal code may say where things are.
_OF_THE_SITE = frozenset({"country", "currency"})
_DEFAULT_SHIPPING = {"US": ({"service": "USPSPriority", "cost": Decimal("9.95"), "additional_cost": Decimal("3.00")},)}


class _Settings(Wire):
    model_config = ConfigDict(frozen=True, extra="ignore")
    strict_json = False


class ShippingService(_Settings):
    """A flat price for one parcel, and for each further piece in it (None: the same price again)."""

    service: Annotated[Line, Shaped(r"^[A-Za-z0-9_]{1,80}$", "must be eBay's name of a service, as USPSPriority")]
    cost: Amount
    additional_cost: Amount | None = None


class Returns(_Settings):
    """The return terms that a buyer sees. The last two count only when returns are accepted."""

    accepted: Annotated[bool, Field(strict=True)] = True
    within_days: Literal[14, 30, 60] = 30
    paid_by: Literal["buyer", "seller"] = "buyer"


class Policies(_Settings):
    """Business policies of an account that opted in. They replace shipping and returns: all three or none."""

    shipping_id: PolicyId
    return_id: PolicyId
    payment_id: PolicyId


class EbaySettings(_Settings):
    """A seller's terms on one site. `site` is eBay's own site code; country and currency follow it."""

    site: Line = "US"
    country: Annotated[Line, Shaped(r"^[A-Z]{2}$", "must be a country code of two capital letters")] = "US"
    currency: Annotated[Line, Shaped(r"^[A-Z]{3}$", "must be a currency code of three capital letters")] = "USD"
    location: Annotated[Line, Field(max_length=45)] = "United States"
    postal_code: PostalCode | None = None
    dispatch_days: Annotated[int, Field(ge=0, le=30, strict=True)] = 3
    shipping: Annotated[tuple[ShippingService, ...], Field(max_length=4)] = ()
    returns: Returns = Returns()
    policies: Policies | None = None

    @model_validator(mode="before")
    @classmethod
    def _follow_the_site(cls, given: Any) -> Any:
        """Fill in defaults of the site, so that naming a site is enough."""
        if not isinstance(given, Mapping):
            return given
        code = given.get("site", "US")
        site = SITES.get(code.strip()) if isinstance(code, str) else None
        if site is None:
            return given
        sent = {name: value for name, value in given.items() if name not in _OF_THE_SITE or not is_empty_text(value)}
        filled = {"country": site.country, "currency": site.currencies[0], **sent}
        if site.code != "US":
            filled.setdefault("location", site.code.replace("_", " "))
        if filled.get("policies") is None and "shipping" not in given:
            filled["shipping"] = _DEFAULT_SHIPPING.get(site.code, ())
        return filled

    @field_validator("site")
    @classmethod
    def _known_site(cls, code: str) -> str:
        if code not in SITES:
            raise InvalidValue(f"is no site of eBay; these are: {', '.join(SITES)}", code="unknown_value")
        return code

    @model_validator(mode="after")
    def _complete(self) -> Self:
        allowed = self.marketplace_site.currencies
        if self.currency not in allowed:
            raise InvalidValue(f"listings on {self.site} are priced in {' or '.join(allowed)}")
        if not self.location and self.postal_code is None:
            raise InvalidValue("location or postal_code is needed", code="required")
        if self.policies is None and not self.shipping:
            raise InvalidValue("shipping is needed, or the three policies in its place", code="required")
        return self

    @property
    def marketplace_site(self) -> Site:
        return SITES[self.site]
