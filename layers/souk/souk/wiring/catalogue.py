"""Products, their stock and their pictures."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import payments, sellers, shipping, storage

if TYPE_CHECKING:
    from souk.selling.photos.adapters.s3 import S3MediaStore
    from souk.selling.photos.service.intake import PhotoIntake
    from souk.shared.sweeping import DueSweeper
    from souk.storefront.catalogue.model import Product
    from souk.storefront.catalogue.repository import ProductRepository
    from souk.storefront.catalogue.service.products import CatalogueService

# The folder of these photos' uploads.
_KIND = "products"


@cache
def product_repository() -> ProductRepository:
    from souk.aws.settings import setting
    from souk.storefront.catalogue.repository import ProductRepository

    return ProductRepository(storage.tables(), setting("SOUK_CATALOGUE_TABLE"))


@cache
def public_pictures() -> S3MediaStore:
    return _pictures("public")


def _pictures(prefix: str) -> S3MediaStore:
    from souk.aws.clients import client
    from souk.aws.settings import setting
    from souk.selling.photos.adapters.s3 import S3MediaStore

    return S3MediaStore(lambda: client("s3"), setting("SOUK_MEDIA_BUCKET"), kind=_KIND, prefix=prefix)


@cache
def catalogue() -> CatalogueService:
    from souk.selling.photos.service.uploads import PhotoUploads
    from souk.shared.clock import new_id, utc_now
    from souk.storefront.catalogue.service.products import CatalogueService

    return CatalogueService(
        product_repository(),
        shipping.shipping_profile_repository().find,
        PhotoUploads(public_pictures(), utc_now, new_id),
        sellers.shops().front,
        payments.charge_rules(),
        utc_now,
        new_id,
    )


@cache
def photo_intake() -> PhotoIntake[Product]:
    from souk.selling.media.adapters.pictures import take_in
    from souk.selling.photos.service.intake import PhotoIntake
    from souk.shared.clock import utc_now

    return PhotoIntake(product_repository().find_own, product_repository().change, public_pictures(), take_in, utc_now)


@cache
def photo_sweeper() -> DueSweeper[str, Product]:
    from souk.aws.clients import client
    from souk.aws.invocations import Invocations
    from souk.aws.settings import setting
    from souk.selling.photos.adapters.s3 import UploadProcessing
    from souk.shared.clock import utc_now
    from souk.shared.sweeping import DueSweeper
    from souk.storefront.catalogue.workflow import DueProducts

    photos = UploadProcessing(Invocations(client("lambda")), setting("SOUK_PROCESS_IMAGE_FUNCTION"), _KIND)
    return DueSweeper(DueProducts(product_repository(), photos), utc_now)


def upload_of(key: str) -> tuple[str, str, str] | None:
    """(seller id, product id, photo id) of the key of an upload, or None."""
    from souk.selling.photos.keys import parse_upload_key

    return parse_upload_key(_KIND, key)


def picture_url(content_hash: str, method: str) -> str:
    """Where a public picture can be read for the next minutes. Raises NotFound."""
    from souk.storefront.catalogue.service.photos import picture_url

    return picture_url(content_hash, method, public_pictures())


def rendition(content_hash: str, width: int) -> bytes:
    """A public picture as a JPEG at most `width` pixels wide. Raises NotFound."""
    from souk.storefront.catalogue.service.photos import rendition

    def resize(picture: bytes) -> bytes:
        # Pillow takes longer to import than the rest of the function: only for a size that is not there yet.
        from souk.storefront.catalogue.adapters.resizing import resize

        return resize(picture, width)

    return rendition(content_hash, public_pictures(), _pictures(f"renditions/{width}"), resize)
