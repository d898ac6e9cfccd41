"""Wire shapes of shops, applications, decisions and follows: the names are those of the commerce API document."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, Field, PlainSerializer, WithJsonSchema

from souk.http.fields import HttpsUrl, Line, Moment, Phone, Text, Wire, unsent
from souk.shared.errors import InvalidValue
from souk.storefront.sellers.model import Application, Decision, ReturnAddress, Verification

_MOST_PLATFORMS = 30


def _agreed(agreed: bool) -> bool:
    if not agreed:
        raise InvalidValue("a seller agrees to the terms")
    return agreed


ShopName = Annotated[Line, Field(min_length=1, max_length=100)]
Short = Annotated[Line, Field(min_length=1, max_length=100)]
Link = Annotated[Line, Field(min_length=1, max_length=500)]
Agreement = Annotated[bool, AfterValidator(_agreed), WithJsonSchema({"type": "boolean", "const": True})]
Stars = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


# Wire name -> field of ReturnAddress, where they differ.
_ADDRESS_FIELDS = {"address_line1": "line1", "address_line2": "line2", "post_code": "postal_code"}


class PostalAddress(Wire):
    """As written on a parcel; `postal_code` is accepted for `post_code` too."""

    full_name: Short | None = None
    address_line1: Short | None = None
    address_line2: Short | None = None
    city: Short | None = None
    state: Short | None = None
    post_code: Annotated[Short | None, Field(validation_alias=AliasChoices("post_code", "postal_code"))] = None
    country: Short | None = None
    phone: Phone | None = None

    def to_address(self) -> ReturnAddress:
        return ReturnAddress(**{_ADDRESS_FIELDS.get(name, name): value for name, value in self})


class ReturnAddressOut(Wire):
    """As it was stored, perhaps by earlier rules. `phone_e164`: as +442079460018; null where it is not known."""

    full_name: str | None
    address_line1: str | None
    address_line2: str | None
    city: str | None
    state: str | None
    post_code: str | None
    country: str | None
    phone: str | None
    phone_e164: str | None


class SellerApplication(Wire):
    """`platforms`: where else the applicant sells. `social_links`: addresses by the name of the network."""

    shop_name: ShopName
    category: Short
    experience_level: Short | None = None
    monthly_revenue: Short | None = None
    platforms: Annotated[list[Short], Field(max_length=_MOST_PLATFORMS)] = Field(default_factory=list)
    social_links: Annotated[dict[Short, Link], Field(max_length=_MOST_PLATFORMS)] = Field(default_factory=dict)
    return_address: PostalAddress | None = None
    agreed_to_terms: Agreement

    def to_application(self) -> Application:
        return Application(
            **self.model_dump(include={"category", "experience_level", "monthly_revenue"}),
            platforms=tuple(self.platforms),
            social_links=self.social_links,
            return_address=self.return_address.to_address() if self.return_address else None,
        )


class ApplicationStatus(Wire):
    """`id` is that of the shop and of the account. The role `seller` counts from the next refresh."""

    id: str
    status: Verification


class ApplicationOut(Wire):
    category: str
    experience_level: str | None
    monthly_revenue: str | None
    platforms: list[str]
    social_links: dict[str, str]
    return_address: ReturnAddressOut | None


class ShopPatch(Wire):
    """Fields that are left out keep their value; null clears an optional field."""

    shop_name: ShopName = Field(default_factory=unsent)
    logo_url: HttpsUrl | None = None
    bio: Annotated[Text, Field(max_length=2000)] | None = None

    def changes(self) -> dict[str, Any]:
        """The fields of a Shop that were sent, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class ShopOut(Wire):
    """`rating` is the mean of all reviews of the shop's products, to one decimal; null without reviews."""

    id: str
    shop_name: str
    logo_url: str | None
    bio: str | None
    verification: Verification
    rating: Stars | None
    review_count: int
    follower_count: int
    version: int
    created_at: Moment


class NewDecision(Wire):
    decision: Decision
    reason: Annotated[Text, Field(min_length=1, max_length=1000)]


class DecisionOut(Wire):
    """`status` is the shop's verification after the decision. `application` is the shop's latest."""

    id: str
    status: Verification
    decision: Decision
    reason: str
    decided_by: str
    decided_at: Moment
    application: ApplicationOut | None
    applied_at: Moment | None


class Follow(Wire):
    """`id` is that of the shop."""

    id: str
    following: bool


class FollowedShop(Wire):
    id: str
    shop_name: str
    logo_url: str | None
    verification: Verification
    followed_at: Moment


class FollowedShops(Wire):
    data: list[FollowedShop]
    next_cursor: str | None
