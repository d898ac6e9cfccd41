"""Listings for the tests of the model."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from souk.selling.listings.model import Listing, Media, MediaObject, Publication, PublicationStatus, Status, Wait
from souk.selling.photos.model import Photo, PhotoStatus
from souk.shared.money import Money

NOW = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def a_listing(**fields: Any) -> Listing:
    given: dict[str, Any] = {
        "id": "01890000-0000-7000-8000-0000000000aa",
        "user_id": "01890000-0000-7000-8000-00000000000a",
        "title": "Camera",
        "description": "It works.",
        "category_id": "15230",
        "price": Money(Decimal("149.50"), "USD"),
        "quantity": 1,
        "condition_id": 3000,
        "image_prompt": "on a table",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Listing(**{**given, **fields})


def some_media(name: str = "a") -> Media:
    image = MediaObject(name * 64, "image/jpeg", "main")
    return Media((image,), MediaObject("f" * 64, "video/mp4", "video"))


def a_photo(status: PhotoStatus = PhotoStatus.PENDING, photo_id: str = "p1") -> Photo:
    stored = "b" * 64 if status is PhotoStatus.READY else None
    return Photo(photo_id, status, "image/jpeg", NOW, stored)


def a_publication(status: PublicationStatus, **fields: Any) -> Publication:
    up = status in (PublicationStatus.LIVE, PublicationStatus.REVISING, PublicationStatus.ENDING)
    return Publication("ebay", status, **{"external_id": "110" if up else None, **fields})


def in_status(status: Status, *, media: bool = True) -> Listing:
    """A listing as its workflow leaves it in `status`."""
    listing = a_listing(media=some_media() if media else None)
    match status:
        case Status.DRAFT:
            return a_listing()
        case Status.GENERATING:
            return a_listing().request_media(NOW)
        case Status.MEDIA_READY | Status.ERROR:
            return waiting(listing, status)
        case Status.APPROVED:
            return waiting(in_status(Status.MEDIA_READY).approve(None), Status.APPROVED)
        case Status.PUBLISHING:
            return in_status(Status.APPROVED).request_publication(("ebay",), NOW)
        case Status.PUBLISHED:
            published = in_status(Status.PUBLISHING).settle_publication(a_publication(PublicationStatus.LIVE))
            assert published is not None
            return published


def waiting(listing: Listing, status: Status) -> Listing:
    return replace(listing, status=status, run=1, wait=Wait("token", status))
