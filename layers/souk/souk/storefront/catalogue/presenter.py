"""Answers about products: the shape, its ETag, and where to look for what was made."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from souk.http.request import Request
from souk.http.response import Response, etag
from souk.selling.photos.model import Upload
from souk.selling.photos.presenter import present_photos
from souk.storefront.catalogue.model import OwnedProduct, ProductPage
from souk.storefront.catalogue.views import ProductOut, ProductPageOut, SellerProductOut, media_url


def respond(request: Request, owned: OwnedProduct, status: int | None = None) -> Response:
    """To its owner, in document 4's names."""
    return Response(ProductOut.of(owned, request.origin), status, _headers(owned, status))


def respond_to_seller(request: Request, owned: OwnedProduct, status: int | None = None) -> Response:
    """To its owner, in document 1's names."""
    return Response(SellerProductOut.of(owned, request.origin), status, _headers(owned, status))


def respond_with_page(request: Request, page: ProductPage) -> Response:
    """To anybody."""
    return Response(ProductPageOut.of(page, request.origin), headers=etag(page.version))


def respond_with_uploads(request: Request, owned: OwnedProduct, uploads: Sequence[Upload]) -> Response:
    headers = {"Location": f"/api/v1/products/{owned.product.id}", **etag(owned.version)}
    photos = present_photos(owned.product.photos, uploads, partial(media_url, request.origin))
    return Response(photos, headers=headers)


def _headers(owned: OwnedProduct, status: int | None) -> dict[str, str]:
    headers = etag(owned.version)
    if status == 201:
        headers["Location"] = f"/api/v1/products/{owned.product.id}"
    return headers
