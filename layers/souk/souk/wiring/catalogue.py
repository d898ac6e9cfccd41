"""Products, their stock and pictures, and shipping profiles."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import sellers, storage

if TYPE_CHECKING:
    from souk.catalogue.repository import ProductRepository
    from souk.catalogue.service import CatalogueService
    from souk.catalogue.shipping.repository import ShippingProfileRepository
    from souk.catalogue.shipping.service import ShippingService
    from souk.catalogue.upkeep import PhotoSweeper
    from souk.photos.intake import PhotoIntake
    from souk.photos.store import S3MediaStore

# How uploads of these photos are told from others.
_KIND = "products"


@cache
def product_repository() -> ProductRepository:
    from souk.aws.settings import setting
    from souk.catalogue.repository import ProductRepository

    return ProductRepository(storage.tables(), setting("SOUK_CATALOGUE_TABLE"))


@cache
def shipping_profile_repository() -> ShippingProfileRepository:
    from souk.aws.settings import setting
    from souk.catalogue.shipping.repository import ShippingProfileRepository

    return ShippingProfileRepository(storage.tables(), setting("SOUK_CATALOGUE_TABLE"))


@cache
def public_pictures() -> S3MediaStore:
    from souk.aws.clients import client
    from souk.aws.settings import setting
    from souk.photos.store import S3MediaStore

    return S3MediaStore(lambda: client("s3"), setting("SOUK_MEDIA_BUCKET"), kind=_KIND, kept="public")


@cache
def catalogue() -> CatalogueService:
    from souk.catalogue.service import CatalogueService
    from souk.clock import new_id, utc_now
    from souk.photos.uploads import PhotoUploads

    return CatalogueService(
        product_repository(),
        shipping_profile_repository().find,
        PhotoUploads(public_pictures(), utc_now, new_id),
        sellers.shops().front,
        utc_now,
        new_id,
    )


@cache
def shipping() -> ShippingService:
    from souk.catalogue.shipping.service import ShippingService
    from souk.clock import new_id, utc_now

    return ShippingService(shipping_profile_repository(), utc_now, new_id)


@cache
def photo_intake() -> PhotoIntake:
    from souk.catalogue.photos import ProductPhotos
    from souk.clock import utc_now
    from souk.media.pictures import take_in
    from souk.photos.intake import PhotoIntake

    return PhotoIntake(ProductPhotos(product_repository()), public_pictures(), take_in, utc_now)


@cache
def photo_sweeper() -> PhotoSweeper:
    from souk.aws.clients import client
    from souk.aws.invocations import Invocations
    from souk.aws.settings import setting
    from souk.catalogue.upkeep import PhotoSweeper
    from souk.clock import utc_now
    from souk.photos.store import UploadProcessing

    photos = UploadProcessing(Invocations(client("lambda")), setting("SOUK_PROCESS_IMAGE_FUNCTION"), _KIND)
    return PhotoSweeper(product_repository(), photos, utc_now)


def upload_of(key: str) -> tuple[str, str, str] | None:
    """(seller id, product id, photo id) of the key of an upload, or None."""
    from souk.photos.store import upload_of

    return upload_of(_KIND, key)


def picture_url(content_hash: str) -> str:
    """Where a public picture can be read for the next minutes. Raises NotFound."""
    from souk.catalogue.photos import picture_url

    return picture_url(content_hash, public_pictures())
