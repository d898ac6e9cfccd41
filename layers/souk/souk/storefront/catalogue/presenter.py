"""Products on the wire: for their owner in two sets of names, and for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from souk.http.messages import Request, Response, etag
from souk.http.pagination import to_cursor
from souk.selling.photos.model import Upload
from souk.selling.photos.presenter import media_url, present_photo, present_photos
from souk.selling.photos.schemas import PhotoOut
from souk.shared.clock import to_wire
from souk.storefront.catalogue.model import (
    CATEGORIES,
    Image,
    LinkedImage,
    Movement,
    Product,
    ProductDetails,
    ProductWithStock,
    Stock,
    category_named,
)
from souk.storefront.catalogue.schemas import (
    CategoriesOut,
    CategoryOut,
    ProductOut,
    ProductPageOut,
    ProductSeller,
    SellerProductOut,
    SellerProductsOut,
    StockOut,
)
from souk.storefront.sellers.model import ShopFront


def respond(request: Request, owned: ProductWithStock, status: int | None = None) -> Response:
    """To its owner."""
    product = owned.product
    body = ProductOut(
        **_described(product, owned.stock, request.origin),
        seller_id=product.seller_id,
        photos=_photos(product, request.origin),
        is_active=product.is_active,
        listing_id=product.listing_id,
        version=owned.version,
    )
    return Response(body, status, _headers(owned, status))


def respond_to_seller(request: Request, owned: ProductWithStock, status: int | None = None) -> Response:
    """To its owner, in the names of /sellers."""
    return Response(present_for_seller(request.origin, owned), status, _headers(owned, status))


def respond_with_details(request: Request, details: ProductDetails) -> Response:
    """To everybody."""
    body = ProductPageOut(
        **_described(details.product, details.stock, request.origin),
        seller=_seller(details.shop),
        rating=details.rating.average,
        review_count=details.rating.count,
        version=details.version,
    )
    return Response(body, headers=etag(details.version))


def respond_with_uploads(request: Request, owned: ProductWithStock, uploads: Sequence[Upload]) -> Response:
    photos = present_photos(owned.product.photos, uploads, partial(media_url, request.origin))
    return Response(photos, headers=_headers(owned, 201))


def present_for_seller(origin: str, owned: ProductWithStock) -> SellerProductOut:
    product = owned.product
    return SellerProductOut(
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


def present_page_for_seller(
    origin: str, page: Sequence[ProductWithStock], following: dict[str, str] | None
) -> SellerProductsOut:
    products = [present_for_seller(origin, owned) for owned in page]
    return SellerProductsOut(products=products, next_cursor=to_cursor(following))


def present_movement(movement: Movement, stock: Stock) -> StockOut:
    return StockOut(
        product_id=stock.product_id,
        stock_quantity=stock.available,
        in_stock=stock.available > 0,
        movement_id=movement.id,
        delta=movement.delta,
        reason=movement.note,
        at=to_wire(movement.at),
    )


def present_categories() -> CategoriesOut:
    return CategoriesOut(data=[CategoryOut(id=category.id, name=category.name) for category in CATEGORIES])


def image_url(origin: str, image: Image) -> str | None:
    """Where an image can be seen; None: not yet, or never."""
    if isinstance(image, LinkedImage):
        return image.url
    return media_url(origin, image.content_hash) if image.content_hash else None


def _described(product: Product, stock: Stock, origin: str) -> dict[str, Any]:
    """What its owner and everybody else see alike."""
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


def _seller(front: ShopFront) -> ProductSeller:
    return ProductSeller(
        id=front.shop.id,
        shop_name=front.shop.shop_name,
        logo_url=front.shop.logo_url,
        rating=front.rating.average,
        review_count=front.rating.count,
    )


def _photos(product: Product, origin: str) -> list[PhotoOut]:
    return [present_photo(photo, partial(media_url, origin)) for photo in product.photos]


def _images(product: Product, origin: str) -> list[str]:
    return [url for image in product.shown_images if (url := image_url(origin, image)) is not None]


def _headers(owned: ProductWithStock, status: int | None) -> dict[str, str]:
    headers = etag(owned.version)
    if status == 201:
        headers["Location"] = f"/api/v1/products/{owned.product.id}"
    return headers
