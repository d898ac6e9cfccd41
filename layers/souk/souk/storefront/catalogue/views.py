"""How products look on the wire: to everybody, and to their owner in the names of document 4 and of document 1."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from functools import partial
from typing import Any, Self

from souk.http.fields import Amount, Wire
from souk.http.pagination import to_cursor
from souk.selling.photos.presenter import present_photo
from souk.selling.photos.schemas import PhotoOut
from souk.shared.clock import to_wire
from souk.storefront.catalogue.model import (
    CATEGORIES,
    Image,
    LinkedImage,
    Movement,
    OwnedProduct,
    Product,
    ProductPage,
    Stock,
    category_named,
)
from souk.storefront.sellers.model import ShopFront
from souk.storefront.sellers.schemas import Stars


def media_url(origin: str, content_hash: str) -> str:
    """Where anybody can see a public picture, at the API whose `origin` is https://host."""
    return f"{origin}/api/v1/media/{content_hash}"


def image_url(origin: str, image: Image) -> str | None:
    """Where an image can be seen; None: not yet, or never."""
    if isinstance(image, LinkedImage):
        return image.url
    return media_url(origin, image.content_hash) if image.content_hash else None


class CategoryOut(Wire):
    id: str
    name: str


class CategoriesOut(Wire):
    data: list[CategoryOut]

    @classmethod
    def all(cls) -> Self:
        return cls(data=[CategoryOut(id=one.id, name=one.name) for one in CATEGORIES])


class StockOut(Wire):
    """The movement that was made, and how many there are now."""

    product_id: str
    stock_quantity: int
    in_stock: bool
    movement_id: str
    delta: int
    reason: str | None
    at: str

    @classmethod
    def of(cls, movement: Movement, stock: Stock) -> Self:
        return cls(
            product_id=stock.product_id,
            stock_quantity=stock.available,
            in_stock=stock.available > 0,
            movement_id=movement.id,
            delta=movement.delta,
            reason=movement.note,
            at=to_wire(movement.at),
        )


class ProductOut(Wire):
    """A product as its owner sees it. `images` are those that buyers see; `photos` are all uploads and their verdicts.

    `listing_id`: the listing that it was published from, and that decides what it says.
    """

    id: str
    seller_id: str
    title: str
    description: str
    price: Amount
    currency: str
    category_id: str
    images: list[str]
    photos: list[PhotoOut]
    stock_quantity: int
    in_stock: bool
    shipping_profile_id: str | None
    is_active: bool
    listing_id: str | None
    version: int
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, owned: OwnedProduct, origin: str) -> Self:
        product = owned.product
        return cls(
            **_described(product, owned.stock, origin),
            seller_id=product.seller_id,
            photos=_photos(product, origin),
            is_active=product.is_active,
            listing_id=product.listing_id,
            version=owned.version,
        )


class SellerProductOut(Wire):
    """Document 1's product, as its owner sees it. `images` and `photos` are as in ProductOut."""

    id: str
    seller_id: str
    name: str
    category: str
    description: str
    price: Amount
    currency: str
    inventory: int
    is_active: bool
    images: list[str]
    photos: list[PhotoOut]
    version: int
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, owned: OwnedProduct, origin: str) -> Self:
        product = owned.product
        return cls(
            id=product.id,
            seller_id=product.seller_id,
            name=product.title,
            category=category_named(product.category_id).name,
            description=product.description,
            price=product.price.amount,
            currency=product.price.currency,
            inventory=owned.stock.available,
            is_active=product.is_active,
            images=_images(product, origin),
            photos=_photos(product, origin),
            version=owned.version,
            created_at=to_wire(product.created_at),
            updated_at=to_wire(product.updated_at),
        )


class SellerProductsOut(Wire):
    """A page of a seller's products, newest first."""

    products: list[SellerProductOut]
    next_cursor: str | None

    @classmethod
    def of(cls, owned: tuple[OwnedProduct, ...], next_key: dict[str, str] | None, origin: str) -> Self:
        return cls(products=[SellerProductOut.of(one, origin) for one in owned], next_cursor=to_cursor(next_key))


class ProductSeller(Wire):
    """`rating` is the mean of all reviews of the shop's products, to one decimal; null without reviews."""

    id: str
    shop_name: str
    logo_url: str | None
    rating: Stars | None
    review_count: int

    @classmethod
    def of(cls, front: ShopFront) -> Self:
        return cls(
            id=front.shop.id,
            shop_name=front.shop.shop_name,
            logo_url=front.shop.logo_url,
            rating=front.rating.average,
            review_count=front.rating.count,
        )


class ProductPageOut(Wire):
    """A product as everybody sees it. `rating` is the mean of its reviews, to one decimal; null without reviews."""

    id: str
    title: str
    description: str
    price: Amount
    currency: str
    category_id: str
    images: list[str]
    stock_quantity: int
    in_stock: bool
    shipping_profile_id: str | None
    seller: ProductSeller
    rating: Stars | None
    review_count: int
    version: int
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, page: ProductPage, origin: str) -> Self:
        return cls(
            **_described(page.product, page.stock, origin),
            seller=ProductSeller.of(page.shop),
            rating=page.rating.average,
            review_count=page.rating.count,
            version=page.version,
        )


def _described(product: Product, stock: Stock, origin: str) -> dict[str, Any]:
    """What its owner and everybody else see alike, in the names of document 4."""
    return {
        "id": product.id,
        "title": product.title,
        "description": product.description,
        "price": product.price.amount,
        "currency": product.price.currency,
        "category_id": product.category_id,
        "images": _images(product, origin),
        "stock_quantity": stock.available,
        "in_stock": stock.available > 0,
        "shipping_profile_id": product.shipping_profile_id,
        "created_at": to_wire(product.created_at),
        "updated_at": to_wire(product.updated_at),
    }


def _photos(product: Product, origin: str) -> list[PhotoOut]:
    return [present_photo(photo, partial(media_url, origin)) for photo in product.photos]


def _images(product: Product, origin: str) -> list[str]:
    return [url for image in product.shown_images if (url := image_url(origin, image)) is not None]
