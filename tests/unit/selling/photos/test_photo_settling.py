"""Pending photos: when the sweeper checks them, and when they are rejected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from souk.selling.listings.model import Listing
from souk.selling.photos.model import LOOK_AGAIN, UPLOAD_LIFE, Photo, PhotoStatus, next_look
from souk.selling.photos.service.intake import give_up_photos, settle_photos
from souk.storefront.catalogue.model import Product
from tests.unit.selling.listings.listing_builders import a_listing
from tests.unit.storefront.catalogue.product_builders import NOW, a_photo, a_product

SOON = NOW + timedelta(minutes=1)
HOPELESS = NOW + 2 * UPLOAD_LIFE + timedelta(seconds=1)
OLD, NEW = a_photo("a"), replace(a_photo("b"), requested_at=NOW + timedelta(minutes=90))


def of_a_listing(*photos: Photo) -> Listing:
    return a_listing(photos=photos)


def of_a_product(*photos: Photo) -> Product:
    return a_product(images=photos)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (NOW, NOW + UPLOAD_LIFE),
        (NOW + timedelta(minutes=59), NOW + UPLOAD_LIFE),
        (NOW + UPLOAD_LIFE, NOW + UPLOAD_LIFE + LOOK_AGAIN),
        (HOPELESS, HOPELESS + LOOK_AGAIN),
    ],
)
def test_the_oldest_pending_photo_decides_the_next_check(now: datetime, due: datetime) -> None:
    assert next_look((NEW, OLD), now) == due


def test_without_pending_photos_there_is_no_next_check() -> None:
    assert next_look((), NOW) is None


@pytest.mark.parametrize("made", [of_a_listing, of_a_product])
@pytest.mark.parametrize(("minutes", "status"), [(120, PhotoStatus.PENDING), (121, PhotoStatus.REJECTED)])
def test_a_photo_that_is_pending_for_too_long_is_rejected(
    made: Callable[..., Listing | Product], minutes: int, status: PhotoStatus
) -> None:
    kept = give_up_photos(made(OLD, NEW), NOW + timedelta(minutes=minutes))
    assert [photo.status for photo in kept.photos] == [status, PhotoStatus.PENDING]


def test_photos_that_may_still_be_processed_are_requested_and_nothing_is_written() -> None:
    judged: list[str] = []

    def refuse(_: Callable[[Product], Product]) -> Product:
        raise AssertionError("nothing to write")

    product = of_a_product(OLD, NEW)
    assert settle_photos(product, refuse, judged.append, SOON) is product
    assert judged == [OLD.id, NEW.id]


def test_hopeless_photos_are_rejected_and_only_the_others_are_requested() -> None:
    judged: list[str] = []
    product = of_a_product(OLD, NEW)
    left = settle_photos(product, lambda decide: decide(product), judged.append, HOPELESS)
    assert left is not None
    assert [photo.reason for photo in left.photos] == ["The photo could not be processed.", None]
    assert judged == [NEW.id]


def test_nothing_is_requested_for_an_entity_that_was_deleted_meanwhile() -> None:
    judged: list[str] = []
    assert settle_photos(of_a_product(OLD, NEW), lambda _: None, judged.append, HOPELESS) is None
    assert judged == []
