"""Pending photos: when the sweeper checks them, and when they are rejected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from souk.selling.listings.model import Listing
from souk.selling.photos.model import (
    LONGEST_LOOK,
    LOOK_AGAIN,
    SENT_LIFE,
    UPLOAD_LIFE,
    Photo,
    PhotoStatus,
    next_look,
)
from souk.selling.photos.service.intake import give_up_photos, settle_photos
from souk.storefront.catalogue.model import Product
from tests.unit.selling.listings.listing_builders import a_listing
from tests.unit.storefront.catalogue.product_builders import NOW, a_photo, a_product

SOON = NOW + timedelta(minutes=1)
HOPELESS = NOW + 2 * UPLOAD_LIFE + timedelta(seconds=1)
OLD, NEW = a_photo("a"), replace(a_photo("b"), requested_at=NOW + timedelta(minutes=90))
SENT = replace(a_photo("c"), sent=True)


def of_a_listing(*photos: Photo) -> Listing:
    return a_listing(photos=photos)


def of_a_product(*photos: Photo) -> Product:
    return a_product(images=photos)


def looks_at(photo: Photo, count: int) -> list[timedelta]:
    """How long after its request the sweep checks a photo, the first `count` times."""
    looks, now = [], photo.requested_at
    for _ in range(count):
        due = next_look((photo,), now)
        assert due is not None
        now = due
        looks.append(now - photo.requested_at)
    return looks


def test_an_announced_photo_is_looked_for_after_90_seconds_and_rarer_each_time_up_to_every_five_minutes() -> None:
    looks = looks_at(OLD, 15)
    assert looks[:4] == [timedelta(seconds=seconds) for seconds in (90, 180, 360, 660)]
    assert {later - one for one, later in pairwise(looks[3:13])} == {LONGEST_LOOK}
    assert looks[13:] == [UPLOAD_LIFE, UPLOAD_LIFE + LOOK_AGAIN]


def test_a_photo_whose_bytes_were_sent_is_looked_for_when_they_cannot_come_any_more() -> None:
    assert looks_at(SENT, 2) == [SENT_LIFE, SENT_LIFE + LOOK_AGAIN]


def test_the_photo_that_is_due_first_decides_the_next_check() -> None:
    later = NOW + timedelta(minutes=90)
    assert next_look((OLD, NEW), later) == next_look((NEW,), later) == later + LOOK_AGAIN
    assert next_look((OLD, SENT), NOW) == NOW + SENT_LIFE


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
