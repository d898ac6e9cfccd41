"""A listing as its owner sees it, with presigned URLs of its media."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from souk.http.messages import Request, Response, etag
from souk.http.waiting import applied, wait_until
from souk.selling.listings.model import Listing, Status
from souk.selling.listings.schemas import (
    FeeOut,
    ListingOut,
    MediaOut,
    PreflightOut,
)
from souk.selling.listings.service.listings import ListingService
from souk.selling.photos.model import Upload
from souk.selling.photos.presenter import present_photo, present_photos
from souk.shared.errors import Conflict, VendorFailed, VendorProblem, VendorRefused
from souk.shared.failure_reason import Failure

if TYPE_CHECKING:
    from souk.selling.marketplaces.model import FeeQuote


class MediaUrls(Protocol):
    def url(self, content_hash: str) -> str: ...


def present(listing: Listing, urls: MediaUrls, quantity: int | None = None) -> ListingOut:
    """The whole listing, with a new URL of every picture. `quantity` replaces the listing's own when it is given."""
    answer = _listing(listing, urls, pictures=None)
    return answer if quantity is None else answer.model_copy(update={"quantity": quantity})


def present_briefly(listing: Listing, urls: MediaUrls) -> ListingOut:
    """The listing as in a list: with its first picture only."""
    return _listing(listing, urls, pictures=1)


def _listing(listing: Listing, urls: MediaUrls, *, pictures: int | None) -> ListingOut:
    media = listing.media
    images = media.images[:pictures] if media else ()
    photos = listing.photos if pictures is None or not images else ()
    ebay = listing.publications.get("ebay")
    return ListingOut.of(
        listing,
        currency=listing.price.currency,
        photos=[present_photo(photo, urls.url) for photo in photos[:pictures]],
        media=MediaOut(
            image_urls=[urls.url(image.content_hash) for image in images],
            video_url=urls.url(media.video.content_hash) if media and media.video and pictures is None else None,
            hash=media.hash if media else None,
        ),
        publications=list(listing.publications.values()),
        ebay_item_id=ebay.external_id if ebay else None,
        ebay_url=ebay.url if ebay else None,
    )


def respond(listing: Listing, urls: MediaUrls, status: int | None = None, *, quantity: int | None = None) -> Response:
    """The listing and its ETag; with 201 and 202 its Location too."""
    headers = etag(listing.version)
    if status in (201, 202):
        headers["Location"] = f"/api/v1/listings/{listing.id}"
    return Response(present(listing, urls, quantity), status, headers)


def respond_when_settled(request: Request, service: ListingService, listing: Listing, urls: MediaUrls) -> Response:
    """202 with the listing as it is; with `Prefer: wait` 200 with its outcome.

    Raises Conflict, VendorRefused or VendorFailed when the outcome is a failure.
    """
    if request.wait_seconds:
        listing = wait_until(
            request.wait_seconds,
            lambda: service.get(request.caller.id, listing.id),
            lambda current: not current.needs_workflow,
        )
    if request.wait_seconds and listing.status is Status.ERROR and listing.error:
        raise _to_error(listing.error)
    waited = request.wait_seconds is not None and not listing.needs_workflow
    return applied(request, respond(listing, urls, 200 if waited else 202))


def present_uploads(listing: Listing, uploads: Sequence[Upload], urls: MediaUrls) -> Response:
    photos = present_photos(listing.photos, uploads, urls.url)
    return Response(photos, headers={"Location": f"/api/v1/listings/{listing.id}", **etag(listing.version)})


def present_preflight(marketplace: str, quote: FeeQuote) -> PreflightOut:
    return PreflightOut(
        marketplace=marketplace,
        fees=[FeeOut.of(fee, currency=fee.amount.currency) for fee in quote.fees],
        notices=[{"code": notice.code, "message": notice.message} for notice in quote.notices],
    )


# Failures of the owner's own account, found before any vendor was called.
_ACCOUNT_FAILURES = frozenset({"platform_not_connected", "not_a_seller", "no_shop", "shop_suspended"})


def _to_error(failure: Failure) -> Conflict | VendorRefused | VendorFailed:
    if failure.code in _ACCOUNT_FAILURES:
        return Conflict(failure.detail, code=failure.code)
    vendor = failure.vendor or "media"
    if failure.code == VendorRefused.code:
        problems = [VendorProblem(problem["code"], problem["message"]) for problem in failure.vendor_errors]
        refusal = VendorRefused(vendor, problems or [VendorProblem(failure.code, failure.detail)])
        refusal.detail = failure.detail  # may say more than the problems do: what the owner can do about them
        return refusal
    return VendorFailed(vendor, failure.detail)
