"""Listings: use cases, steps of the workflow, its dispatcher and its sweeper."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import marketplaces, payments, storage

if TYPE_CHECKING:
    from souk.aws.workflows import StepFunctions
    from souk.selling.listings.model import Listing
    from souk.selling.listings.repository import ListingRepository
    from souk.selling.listings.service.listings import ListingService, PreflightService
    from souk.selling.listings.service.media_steps import MediaSteps
    from souk.selling.listings.service.publishing import PublishingSteps
    from souk.selling.listings.workflow import ListingWorkflow
    from souk.selling.photos.adapters.s3 import S3MediaStore
    from souk.selling.photos.service.intake import PhotoIntake
    from souk.shared.sweeping import DueSweeper
    from souk.shared.workflows import Dispatcher

# The folder of these photos' uploads.
_KIND = "listings"


@cache
def listing_repository() -> ListingRepository:
    from souk.aws.settings import setting
    from souk.selling.listings.repository import ListingRepository

    return ListingRepository(storage.tables(), setting("SOUK_LISTINGS_TABLE"))


@cache
def media_store() -> S3MediaStore:
    from souk.aws.clients import client
    from souk.aws.settings import setting
    from souk.selling.photos.adapters.s3 import S3MediaStore

    return S3MediaStore(lambda: client("s3"), setting("SOUK_MEDIA_BUCKET"), kind=_KIND, prefix="media")


@cache
def listings() -> ListingService:
    from souk.aws.settings import number
    from souk.selling.listings.service.listings import ListingService
    from souk.selling.photos.service.uploads import PhotoUploads
    from souk.shared.clock import new_id, utc_now

    return ListingService(
        listing_repository(),
        PhotoUploads(media_store(), utc_now, new_id),
        marketplaces.require_connected,
        marketplaces.stock_of,
        payments.charge_rules(),
        utc_now,
        new_id,
        number("SOUK_GENERATIONS_PER_DAY"),
    )


@cache
def preflight() -> PreflightService:
    from functools import partial

    from souk.selling.listings.service.listings import PreflightService
    from souk.selling.listings.service.publishing import to_offer

    return PreflightService(listing_repository(), marketplaces.marketplace, partial(to_offer, media=media_store()))


@cache
def media_steps() -> MediaSteps:
    from souk.selling.listings.service.media_steps import MediaSteps

    return MediaSteps(listing_repository(), media_store())


@cache
def photo_intake() -> PhotoIntake[Listing]:
    from souk.selling.media.adapters.pictures import take_in
    from souk.selling.photos.service.intake import PhotoIntake
    from souk.shared.clock import utc_now

    return PhotoIntake(listing_repository().find, listing_repository().change, media_store(), take_in, utc_now)


def upload_of(key: str) -> tuple[str, str, str] | None:
    """(owner id, listing id, photo id) from the key of a listing's upload, or None."""
    from souk.selling.photos.keys import parse_upload_key

    return parse_upload_key(_KIND, key)


@cache
def publishing_steps() -> PublishingSteps:
    from souk.selling.listings.service.publishing import PublishingSteps
    from souk.selling.marketplaces.adapters.ebay.idempotency import attempt_uuid
    from souk.shared.clock import utc_now

    return PublishingSteps(listing_repository(), media_store(), marketplaces.marketplace, attempt_uuid, utc_now)


@cache
def dispatcher() -> Dispatcher[Listing]:
    from souk.shared.workflows import Dispatcher

    return Dispatcher(listing_workflow(), _workflow_of_listings())


@cache
def sweeper() -> DueSweeper[Listing, Listing]:
    from souk.aws.clients import client
    from souk.aws.invocations import Invocations
    from souk.aws.settings import setting
    from souk.selling.listings.workflow import DueListings
    from souk.selling.photos.adapters.s3 import UploadProcessing
    from souk.shared.clock import utc_now
    from souk.shared.sweeping import DueSweeper

    photos = UploadProcessing(Invocations(client("lambda")), setting("SOUK_PROCESS_UPLOAD_FUNCTION"), _KIND)
    due = DueListings(listing_repository(), photos, listing_workflow(), _workflow_of_listings())
    return DueSweeper(due, utc_now)


@cache
def _workflow_of_listings() -> ListingWorkflow:
    from souk.selling.listings.workflow import ListingWorkflow
    from souk.shared.clock import utc_now

    return ListingWorkflow(listing_repository(), utc_now)


@cache
def listing_workflow() -> StepFunctions:
    from souk.aws.clients import client
    from souk.aws.settings import setting
    from souk.aws.workflows import StepFunctions

    return StepFunctions(client("stepfunctions"), setting("SOUK_LISTING_WORKFLOW"))
