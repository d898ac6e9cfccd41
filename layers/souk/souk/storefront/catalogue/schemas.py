"""Wire shapes of products. Under /sellers the same facts have other names: `name`, `category`, `inventory`."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema, model_validator

from souk.http.fields import (
    Amount,
    AmountOut,
    Currency,
    HttpsUrl,
    Line,
    Moment,
    Text,
    Wire,
    encoded_size_at_most,
    unsent,
)
from souk.selling.photos.model import MOST_PHOTOS
from souk.selling.photos.schemas import PhotoOut, PictureOut
from souk.shared.errors import Forbidden, InvalidValue
from souk.shared.money import requested_price
from souk.storefront.catalogue.model import (
    CATEGORIES,
    MOST_STOCK,
    OTHER,
    LinkedImage,
    ProductEdit,
    category_named,
    category_of,
)
from souk.storefront.sellers.schemas import Stars


def _known(category_id: str) -> str:
    if category_of(category_id) is None:
        raise InvalidValue("there is no such category; GET /categories lists them", code="unknown_value")
    return category_id


Title = Annotated[Line, StringConstraints(min_length=1, max_length=200)]
# An item of the table holds 400 KB.
Description = Annotated[
    Text, StringConstraints(strip_whitespace=True, max_length=50_000), encoded_size_at_most(100_000)
]
Price = Annotated[Amount, Field(gt=0)]
StockQuantity = Annotated[int, Field(ge=0, le=MOST_STOCK, strict=True)]
StockChange = Annotated[int, Field(ge=-MOST_STOCK, le=MOST_STOCK, strict=True)]
CategoryId = Annotated[
    Line, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": [category.id for category in CATEGORIES]})
]
CategoryName = Annotated[Line, Field(min_length=1, max_length=100)]
EntityId = Annotated[Line, Field(min_length=1, max_length=100)]
LinkedImages = Annotated[list[HttpsUrl], Field(max_length=MOST_PHOTOS)]
ImageName = Annotated[Line, Field(min_length=1, max_length=2048)]


# Requests ------------------------------------------------------------------------------------------------------------


class _New(Wire):
    description: Description = ""
    price: Price
    currency: Currency = "USD"
    is_active: bool = True

    def _common_fields(self) -> dict[str, Any]:
        return {
            "description": self.description,
            "price": requested_price(self.price, self.currency),
            "is_active": self.is_active,
        }


class NewProduct(_New):
    """`images` are https addresses; own photos are added by POST /products/{id}/images."""

    title: Title
    stock_quantity: StockQuantity
    category_id: CategoryId = OTHER
    images: LinkedImages = Field(default_factory=list)
    shipping_profile_id: EntityId | None = None

    def to_fields(self) -> dict[str, Any]:
        """The fields of a Product. Raises InvalidRequest for a price of more decimals than its currency has."""
        return {
            **self._common_fields(),
            "title": self.title,
            "category_id": self.category_id,
            "images": tuple(LinkedImage(url) for url in dict.fromkeys(self.images)),
            "shipping_profile_id": self.shipping_profile_id,
        }


class _Changes(Wire):
    """What is left out stays."""

    description: Description = Field(default_factory=unsent)
    price: Price = Field(default_factory=unsent)
    currency: Currency = Field(default_factory=unsent)
    is_active: bool = Field(default_factory=unsent)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise InvalidValue("say what to change", code="required")
        return self

    def _sent(self, *names: str) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names if name in self.model_fields_set}


class ProductPatch(_Changes):
    """What is left out stays; a null `shipping_profile_id` ships for free.

    `images` are all of them in their order: https addresses, and own photos by id or by the address they are shown at.
    `stock_quantity` sets the stock; with If-Match it is refused when an order took some meanwhile.
    """

    title: Title = Field(default_factory=unsent)
    category_id: CategoryId = Field(default_factory=unsent)
    shipping_profile_id: EntityId | None = None
    images: Annotated[list[ImageName], Field(max_length=MOST_PHOTOS)] = Field(default_factory=unsent)
    stock_quantity: StockQuantity = Field(default_factory=unsent)

    def to_edit(self) -> ProductEdit:
        """The same in the domain's terms."""
        return ProductEdit(
            fields=self._sent("title", "description", "category_id", "shipping_profile_id", "is_active"),
            amount=self.price,
            currency=self.currency,
            images=tuple(self.images) if "images" in self.model_fields_set else None,
            available=self.stock_quantity,
        )


class NewSellerProduct(_New):
    """`category` is a category's name in any case; an unknown one becomes `Other`.

    `seller_id` may be left out; another seller's is refused.
    """

    seller_id: EntityId | None = None
    name: Title
    category: CategoryName
    inventory: StockQuantity

    def to_fields(self, seller_id: str) -> dict[str, Any]:
        """The fields of a Product of `seller_id`. Raises InvalidRequest as NewProduct does; Forbidden for another's."""
        if self.seller_id not in (None, seller_id):
            raise Forbidden("You can sell for yourself only.")
        return {
            **self._common_fields(),
            "title": self.name,
            "category_id": category_named(self.category).id,
        }


class SellerProductChanges(_Changes):
    """What is left out stays."""

    name: Title = Field(default_factory=unsent)
    category: CategoryName = Field(default_factory=unsent)
    inventory: StockQuantity = Field(default_factory=unsent)

    def to_edit(self) -> ProductEdit:
        """The same in the domain's terms."""
        sent = self._sent("name", "category", "description", "is_active")
        fields = {name: value for name, value in sent.items() if name in ("description", "is_active")}
        if "name" in sent:
            fields["title"] = self.name
        if "category" in sent:
            fields["category_id"] = category_named(self.category).id
        return ProductEdit(fields=fields, amount=self.price, currency=self.currency, available=self.inventory)


class StockMove(Wire):
    """Adds `delta` units, or removes them when negative. `reason` is the seller's comment, stored with the movement."""

    delta: StockChange
    reason: Annotated[Line, Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.delta == 0:
            raise InvalidValue("delta cannot be 0")
        return self


# Answers -------------------------------------------------------------------------------------------------------------


class CategoryOut(Wire):
    id: str
    name: str


class CategoriesOut(Wire):
    data: list[CategoryOut]


class StockOut(Wire):
    """The movement that was made, and how many there are now."""

    product_id: str
    stock_quantity: int
    in_stock: bool
    movement_id: str
    delta: int
    reason: str | None
    at: Moment


class _Described(Wire):
    id: str
    title: str
    description: str
    price: AmountOut
    currency: str
    category_id: str
    images: list[str]
    pictures: list[PictureOut]
    stock_quantity: int
    in_stock: bool
    shipping_profile_id: str | None
    version: int
    created_at: Moment
    updated_at: Moment


class ProductOut(_Described):
    """A product as its owner sees it. `images` are those that buyers see, in full, and `pictures` the same in the sizes
    to show; `photos` are all uploads and their status.

    `listing_id`: the listing that it was published from, and that decides its contents.
    """

    seller_id: str
    photos: list[PhotoOut]
    is_active: bool
    listing_id: str | None


class SellerProductOut(Wire):
    """A product as its owner sees it under /sellers. `images` and `photos` are as in ProductOut, in a list 320 wide."""

    id: str
    seller_id: str
    name: str
    category: str
    description: str
    price: AmountOut
    currency: str
    inventory: int
    is_active: bool
    images: list[str]
    photos: list[PhotoOut]
    version: int
    created_at: Moment
    updated_at: Moment


class SellerProductsOut(Wire):
    """A page of a seller's products, newest first."""

    products: list[SellerProductOut]
    next_cursor: str | None


class ProductSeller(Wire):
    """`rating` is the mean of all reviews of the shop's products, to one decimal; null without reviews."""

    id: str
    shop_name: str
    logo_url: str | None
    rating: Stars | None
    review_count: int


class ProductPageOut(_Described):
    """A product as everybody sees it. `images` are the whole pictures, and `pictures` the same in the sizes to show.

    `rating` is the mean of its reviews, to one decimal; null without reviews.
    """

    seller: ProductSeller
    rating: Stars | None
    review_count: int
