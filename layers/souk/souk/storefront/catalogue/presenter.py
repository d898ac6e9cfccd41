"""Products on the wire: for their owner in two sets of names, and for everybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from souk.http.messages import Request, Response, etag
from souk.http.pagination import to_cursor
from souk.selling.photos.model import Upload
from souk.selling.photos.presenter import media_url, present_photo, present_photos, present_picture, small_media_url
from souk.selling.photos.schemas import PhotoOut
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
    body = ProductOut.of(
        product,
        **_computed(product, owned.stock, request.origin),
        photos=_photos(product, request.origin, media_url),
        version=owned.version,
    )
    return Response(body, status, _headers(owned, status))


def respond_to_seller(request: Request, owned: ProductWithStock, status: int | None = None) -> Response:
    """To its owner, in the names of /sellers."""
    return Response(present_for_seller(request.origin, owned), status, _headers(owned, status))


def respond_with_details(request: Request, details: ProductDetails) -> Response:
    """To everybody."""
    body = ProductPageOut.of(
        details.product,
        **_computed(details.product, details.stock, request.origin),
        seller=_seller(details.shop),
        rating=details.rating.average,
        review_count=details.rating.count,
        version=details.version,
    )
    return Response(body, headers=etag(details.version))


def respond_with_uploads(request: Request, owned: ProductWithStock, uploads: Sequence[Upload]) -> Response:
    photos = present_photos(owned.product.photos, uploads, partial(media_url, request.origin))
    return Response(photos, headers=_headers(owned, 201))


def present_for_seller(
    origin: str, owned: ProductWithStock, url_of: Callable[[str, str], str] = media_url
) -> SellerProductOut:
    """`url_of` makes the address of an uploaded picture from the origin and its hash."""
    product = owned.product
    return SellerProductOut.of(
        product,
        name=product.title,
        category=category_named(product.category_id).name,
        currency=product.price.currency,
        inventory=owned.stock.available,
        images=_images(product, origin, url_of),
        photos=_photos(product, origin, url_of),
        version=owned.version,
    )


def present_page_for_seller(
    origin: str, page: Sequence[ProductWithStock], following: dict[str, str] | None
) -> SellerProductsOut:
    products = [present_for_seller(origin, owned, small_media_url) for owned in page]
    return SellerProductsOut(products=products, next_cursor=to_cursor(following))


def present_movement(movement: Movement, stock: Stock) -> StockOut:
    return StockOut.of(
        movement,
        stock_quantity=stock.available,
        in_stock=stock.available > 0,
        movement_id=movement.id,
        reason=movement.note,
    )


def present_categories() -> CategoriesOut:
    return CategoriesOut(data=[CategoryOut.of(category) for category in CATEGORIES])


def image_url(origin: str, image: Image, url_of: Callable[[str, str], str] = media_url) -> str | None:
    """Where an image can be seen; None: not yet, or never."""
    if isinstance(image, LinkedImage):
        return image.url
    return url_of(origin, image.content_hash) if image.content_hash else None


def _computed(product: Product, stock: Stock, origin: str) -> dict[str, Any]:
    """What its owner and everybody else see alike, and is not a field of it."""
    return {
        "currency": product.price.currency,
        "images": _images(product, origin),
        "pictures": [
            present_picture(url, is_ours=not isinstance(image, LinkedImage))
            for image in product.shown_images
            if (url := image_url(origin, image)) is not None
        ],
        "stock_quantity": stock.available,
        "in_stock": stock.available > 0,
    }


def _seller(front: ShopFront) -> ProductSeller:
    return ProductSeller.of(front.shop, rating=front.rating.average, review_count=front.rating.count)


def _photos(product: Product, origin: str, url_of: Callable[[str, str], str]) -> list[PhotoOut]:
    return [present_photo(photo, partial(url_of, origin)) for photo in product.photos]


def _images(product: Product, origin: str, url_of: Callable[[str, str], str] = media_url) -> list[str]:
    return [url for image in product.shown_images if (url := image_url(origin, image, url_of)) is not None]


def _headers(owned: ProductWithStock, status: int | None) -> dict[str, str]:
    headers = etag(owned.version)
    if status == 201:
        headers["Location"] = f"/api/v1/products/{owned.product.id}"
    return headers
