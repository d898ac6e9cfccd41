"""Photos that people upload: each is checked once, and becomes ready or is rejected with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol, Self

from souk.selling.media.model import PictureRejected, TakenPicture
from souk.selling.photos.model import Photo, PhotoStatus
from souk.shared.clock import Clock


class HasPhotos(Protocol):
    """An entity with photos: a listing or a product."""

    @property
    def pending_photos(self) -> tuple[Photo, ...]: ...

    def settle_photo(self, settled: Photo) -> Self:
        """With `settled` in the place of its pending photo; unchanged if that is not pending any more."""
        ...


class PhotoStore(Protocol):
    def put(self, content: bytes, content_type: str) -> str:
        """Store under the hash of the content; answers the hash (SHA-256, hex)."""
        ...

    def load_upload(self, owner_id: str, entity_id: str, photo_id: str) -> bytes | None:
        """What was uploaded for a photo, or None."""
        ...


class PhotoIntake[T: HasPhotos]:
    """The use case for all entities of one kind.

    `find` takes the ids of owner and entity. `change` also takes the time and a decision: it reads, decides and saves.
    `take_in` checks and converts a picture, and raises PictureRejected.
    """

    def __init__(
        self,
        find: Callable[[str, str], T | None],
        change: Callable[[str, str, datetime, Callable[[T], T]], T | None],
        store: PhotoStore,
        take_in: Callable[[bytes], TakenPicture],
        clock: Clock,
    ) -> None:
        self._find = find
        self._change = change
        self._store = store
        self._take_in = take_in
        self._clock = clock

    def process(self, owner_id: str, entity_id: str, photo_id: str, *, again: bool = False) -> PhotoStatus | None:
        """Check one upload: READY under its content hash, or REJECTED with a reason.

        PENDING: it has not arrived, and still may. None: the photo does not wait for an upload.
        `again`: the sweep asks for it. That is noted before the picture is opened, since opening it may kill this
        process; PENDING, when it was noted too recently or too often.

        The upload stays where it is for the store to remove a day later: until the outcome is on disk, it may have to
        be read again.
        """
        entity = self._find(owner_id, entity_id)
        photo = next((photo for photo in entity.pending_photos if photo.id == photo_id), None) if entity else None
        if photo is None:
            return None
        if again and not photo.may_be_tried(self._clock()):
            return PhotoStatus.PENDING
        raw = self._store.load_upload(owner_id, entity_id, photo_id)
        if raw is not None and again:
            tried = photo.tried_at(self._clock())
            self._change(owner_id, entity_id, self._clock(), lambda found: found.settle_photo(tried))
        if raw is None and self._clock() < photo.upload_ends:
            return PhotoStatus.PENDING
        settled = photo.missing() if raw is None else self._check(photo, raw)
        self._change(owner_id, entity_id, self._clock(), lambda found: found.settle_photo(settled))
        return settled.status

    def _check(self, photo: Photo, raw: bytes) -> Photo:
        try:
            taken = self._take_in(raw)
        except PictureRejected as rejection:
            return photo.rejected(rejection.reason)
        stored = self._store.put(taken.content, taken.content_type)
        return replace(photo, status=PhotoStatus.READY, content_hash=stored, content_type=taken.content_type)


class PhotoProcessing(Protocol):
    def request(self, owner_id: str, entity_id: str, photo_id: str) -> None:
        """Have an upload processed once more, in case its arrival in the bucket did not do so."""
        ...


def settle_photos[T: HasPhotos](
    seen: T, change: Callable[[Callable[[T], T]], T | None], process: Callable[[str], None], now: datetime
) -> T | None:
    """Reject photos that can never become ready, and have the other pending ones processed, by id, if it is time.

    `change` reads, decides and writes. Answers the entity as it is now, None when it is gone.
    """
    entity: T | None = seen
    if any(photo.is_hopeless(now) for photo in seen.pending_photos):
        entity = change(lambda found: give_up_photos(found, now))
    for photo in entity.pending_photos if entity else ():
        if photo.may_be_tried(now):
            process(photo.id)
    return entity


def give_up_photos[T: HasPhotos](entity: T, now: datetime) -> T:
    """Reject the photos that can never become ready."""
    for photo in entity.pending_photos:
        if photo.is_hopeless(now):
            entity = entity.settle_photo(photo.given_up())
    return entity
