"""Wire shapes of the listings routes."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, WithJsonSchema, field_validator, model_validator

from souk.http.fields import Amount, AmountOut, Currency, Line, Shaped, Text, Wire, encoded_size_at_most, unsent
from souk.http.pagination import PageQuery
from souk.selling.listings.model import Status
from souk.selling.listings.service.listings import ListingEdit
from souk.selling.photos.model import MOST_PHOTOS
from souk.selling.photos.schemas import PhotoOut
from souk.shared.errors import InvalidValue
from souk.shared.money import requested_price

Title = Annotated[Line, StringConstraints(min_length=1, max_length=80)]
# An item of the table holds 400 KB: the description, its enriched version with the specifics, the specifics, the rest.
_TEXT_SIZE = encoded_size_at_most(100_000)
_SPECIFICS_SIZE = encoded_size_at_most(32_000)
Description = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000), _TEXT_SIZE]
CategoryId = Annotated[Line, Shaped(r"^[0-9]{1,10}$", "must be the number of an eBay category, as 31388")]
Price = Annotated[Amount, Field(gt=0)]
Quantity = Annotated[int, Field(ge=1, le=100_000, strict=True)]
ConditionId = Annotated[int, Field(ge=1, le=99_999, strict=True)]
Prompt = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
OptionalPrompt = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=1_000)]
SpecificName = Annotated[Line, StringConstraints(min_length=1, max_length=65)]
SpecificValue = Annotated[Line, StringConstraints(min_length=1, max_length=800)]
_ONE_VALUE = {"type": "string", "minLength": 1, "maxLength": 800}
SpecificValues = Annotated[
    list[SpecificValue],
    Field(min_length=1, max_length=30),
    # A single value may be sent bare.
    WithJsonSchema({"anyOf": [_ONE_VALUE, {"type": "array", "items": _ONE_VALUE, "minItems": 1, "maxItems": 30}]}),
]
Specifics = Annotated[dict[SpecificName, SpecificValues], Field(max_length=45), _SPECIFICS_SIZE]
SoukCategoryId = Annotated[Line, Shaped(r"^[a-z0-9][a-z0-9-]{0,63}$", "must be the id of a category, as home-garden")]
ContentHash = Annotated[Line, Shaped(r"^[0-9a-f]{64}$", "must be a hash as `media.hash` shows it")]


def _as_lists(given: Any) -> Any:
    """A single value may be sent bare: {"Brand": "Pentax"}."""
    if not isinstance(given, Mapping):
        return given
    return {name: [value] if isinstance(value, str) else value for name, value in given.items()}


class NewListing(Wire):
    title: Title
    description: Description
    category_id: CategoryId
    price: Price
    currency: Currency = "USD"
    quantity: Quantity
    condition_id: ConditionId
    image_prompt: Prompt
    video_prompt: OptionalPrompt = ""
    item_specifics: Specifics = Field(default_factory=dict)
    souk_category_id: SoukCategoryId = "other"

    _bare_values = field_validator("item_specifics", mode="before")(_as_lists)

    def to_fields(self) -> dict[str, Any]:
        """The fields of a Listing. Raises InvalidRequest for a price of more decimals than its currency has."""
        fields = self.model_dump(exclude={"price", "currency"})
        return {**fields, **_frozen_specifics(fields), "price": requested_price(self.price, self.currency)}


_SOURCES = frozenset({"image_prompt", "video_prompt"})
_FACTS = frozenset(
    {"title", "description", "enriched_description", "category_id", "quantity", "condition_id", "souk_category_id"}
)


def _frozen_specifics(fields: Mapping[str, Any]) -> dict[str, Any]:
    if "item_specifics" not in fields:
        return {}
    return {"item_specifics": {name: tuple(values) for name, values in fields["item_specifics"].items()}}


class ListingChanges(Wire):
    """Only what is sent is changed; nothing can be unset."""

    title: Title = Field(default_factory=unsent)
    description: Description = Field(default_factory=unsent)
    enriched_description: Description = Field(default_factory=unsent)
    category_id: CategoryId = Field(default_factory=unsent)
    price: Price = Field(default_factory=unsent)
    currency: Currency = Field(default_factory=unsent)
    quantity: Quantity = Field(default_factory=unsent)
    condition_id: ConditionId = Field(default_factory=unsent)
    image_prompt: Prompt = Field(default_factory=unsent)
    video_prompt: OptionalPrompt = Field(default_factory=unsent)
    item_specifics: Specifics = Field(default_factory=unsent)
    souk_category_id: SoukCategoryId = Field(default_factory=unsent)
    remove_photos: Annotated[list[Line], Field(max_length=MOST_PHOTOS)] = Field(default_factory=unsent)

    _bare_values = field_validator("item_specifics", mode="before")(_as_lists)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise InvalidValue("say what to change", code="required")
        return self

    def to_edit(self) -> ListingEdit:
        """The requested changes."""
        sent = self.model_dump(exclude_unset=True)
        return ListingEdit(
            facts={name: sent[name] for name in sent if name in _FACTS} | _frozen_specifics(sent),
            sources={name: sent[name] for name in sent if name in _SOURCES},
            amount=self.price,
            currency=self.currency,
            removed_photos=tuple(self.remove_photos or ()),
        )


class ListingsQuery(PageQuery):
    status: Status | None = None


class Approval(Wire):
    media_hash: ContentHash | None = None


class Rejection(Wire):
    reason: Annotated[Text, StringConstraints(strip_whitespace=True, max_length=1_000)] | None = None


def _ebay() -> list[Literal["ebay", "souk"]]:
    return ["ebay"]


class MarketplaceChoice(Wire):
    """Where to publish: `ebay` by default; `souk` is the storefront here."""

    marketplaces: list[Literal["ebay", "souk"]] = Field(default_factory=_ebay, min_length=1, max_length=10)


class MediaOut(Wire):
    image_urls: list[str]
    video_url: str | None
    hash: str | None


class FailureOut(Wire):
    """Why it failed. `code` is stable; `vendor_errors` carry the vendor's own codes and words."""

    code: str
    detail: str
    vendor: str | None = None
    vendor_errors: list[dict[str, str]] = Field(default_factory=list)


class PublicationOut(Wire):
    marketplace: str
    status: str
    external_id: str | None
    url: str | None
    fees: list[dict[str, Any]]
    notices: list[dict[str, str]]
    error: FailureOut | None


class ListingOut(Wire):
    id: str
    user_id: str
    title: str
    description: str
    category_id: str
    price: AmountOut
    currency: str
    quantity: int
    condition_id: int
    item_specifics: dict[str, list[str]]
    souk_category_id: str
    image_prompt: str
    video_prompt: str
    enriched_description: str | None
    photos: list[PhotoOut]
    media: MediaOut
    status: Status
    error: FailureOut | None
    publications: list[PublicationOut]
    ebay_item_id: str | None
    ebay_url: str | None
    content_hash: str
    rejection_reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class ListingsOut(Wire):
    """A page of listings, newest first. Each has its first picture only, in `media` or else in `photos`: no film."""

    data: list[ListingOut]
    next_cursor: str | None


class FeeOut(Wire):
    name: str
    amount: AmountOut
    currency: str


class PreflightOut(Wire):
    """What each marketplace would say and charge. Nothing has been published."""

    marketplace: str
    fees: list[FeeOut]
    notices: list[dict[str, str]]


class PreflightsOut(Wire):
    data: list[PreflightOut]
