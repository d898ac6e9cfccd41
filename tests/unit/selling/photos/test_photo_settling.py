"""Pending photos: when the sweeper checks them, how often they are tried, and when they are rejected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from souk.selling.listings.model import Listing
from souk.selling.media.model import TakenPicture
from souk.selling.photos.model import (
    LONGEST_LOOK,
    LOOK_AGAIN,
    PAUSES,
    SENT_LIFE,
    UPLOAD_LIFE,
    Photo,
    PhotoStatus,
    next_look,
)
from souk.selling.photos.service.intake import PhotoIntake, give_up_photos, settle_photos
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


class Killed(BaseException):
    """A process ends without a word."""


class Bench:
    """An entity with photos in a store, a sweep every minute, and processing that is run again after a failure."""

    def __init__(self, entity: Any, *, upload: bytes | None) -> None:
        self.entity, self.upload, self.now = entity, upload, NOW
        self.opened: list[datetime] = []
        self.writes = 0
        self.opening: Callable[[], TakenPicture] | None = None
        self.intake = PhotoIntake[Any](
            lambda *_: self.entity, lambda *arguments: self.change(arguments[-1]), self, self._open, lambda: self.now
        )

    def put(self, content: bytes, content_type: str) -> str:
        return "a" * 64

    def load_upload(self, *_: str) -> bytes | None:
        return self.upload

    def change(self, decide: Callable[[Any], Any]) -> Any:
        decided = decide(self.entity)
        self.writes += decided is not self.entity
        self.entity = decided
        return decided

    def _open(self, _: bytes) -> TakenPicture:
        self.opened.append(self.now)
        if self.opening is None:
            raise Killed
        return self.opening()

    def process(self, photo_id: str) -> None:
        for _ in range(3):
            try:
                self.intake.process("owner", "entity", photo_id, again=True)
            except Killed:
                self.now += timedelta(minutes=1)
            else:
                break

    def sweep(self, minutes: int) -> None:
        end = self.now + timedelta(minutes=minutes)
        while self.now < end:
            settle_photos(self.entity, self.change, self.process, self.now)
            self.now += timedelta(minutes=1)

    @property
    def photo(self) -> Photo:
        [photo] = self.entity.photos
        return photo  # type: ignore[no-any-return]


@pytest.mark.parametrize("made", [of_a_listing, of_a_product])
@pytest.mark.parametrize("photo", [OLD, replace(OLD, sent=True)], ids=["announced", "sent"])
def test_an_upload_that_kills_what_opens_it_is_tried_a_few_times_at_growing_distances(
    made: Callable[..., Listing | Product], photo: Photo
) -> None:
    bench = Bench(made(photo), upload=b"heavy")
    bench.sweep(minutes=50)
    assert (bench.photo.status, bench.photo.reason) == (PhotoStatus.REJECTED, "The photo could not be processed.")
    distances = [later - one for one, later in pairwise(bench.opened)]
    assert len(bench.opened) == len(PAUSES)
    assert distances == sorted(set(distances))


@pytest.mark.parametrize("made", [of_a_listing, of_a_product])
def test_a_photo_that_only_waits_for_its_upload_is_not_tried_and_not_refused_early(
    made: Callable[..., Listing | Product],
) -> None:
    bench = Bench(made(OLD), upload=None)
    bench.sweep(minutes=60)
    assert (bench.photo, bench.writes) == (OLD, 0)
    bench.upload, bench.now = b"late", NOW + timedelta(minutes=59)
    bench.opening = lambda: TakenPicture(b"", "image/jpeg", 300, 300, "a" * 64)
    bench.process(OLD.id)
    assert bench.photo.status is PhotoStatus.READY


def test_a_try_is_written_only_when_the_sweep_asks_for_it() -> None:
    bench = Bench(of_a_product(OLD), upload=b"good")
    bench.opening = lambda: TakenPicture(b"", "image/jpeg", 300, 300, "a" * 64)
    bench.intake.process("owner", "entity", OLD.id)
    assert (bench.writes, bench.photo.status, bench.photo.tried) == (1, PhotoStatus.READY, ())


def test_a_try_that_fails_for_a_while_is_made_up_for_by_the_next() -> None:
    bench = Bench(of_a_product(OLD), upload=b"good")
    bench.sweep(minutes=5)
    bench.opening = lambda: TakenPicture(b"", "image/jpeg", 300, 300, "a" * 64)
    bench.sweep(minutes=15)
    assert bench.photo.status is PhotoStatus.READY
