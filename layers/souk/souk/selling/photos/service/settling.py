"""Looking after what was announced: in the end each photo is ready or rejected, whatever became of its upload."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, Self

from souk.selling.photos.model import Photo


class PhotoProcessing(Protocol):
    def request(self, owner_id: str, entity_id: str, photo_id: str) -> None:
        """Have an upload judged, as its arrival in the bucket does."""
        ...


class HasPhotos(Protocol):
    """An entity with photos, as it was read."""

    @property
    def pending_photos(self) -> tuple[Photo, ...]: ...

    def settle_photo(self, settled: Photo) -> Self:
        """With `settled` in the place of the pending photo; itself when that does not wait any more."""
        ...


def give_up_photos[T: HasPhotos](entity: T, now: datetime) -> T:
    """Reject what is hopeless."""
    for photo in entity.pending_photos:
        if photo.is_hopeless(now):
            entity = entity.settle_photo(photo.given_up())
    return entity


def settle_photos[T: HasPhotos](
    seen: T, change: Callable[[Callable[[T], T]], T | None], judge: Callable[[str], None], now: datetime
) -> T | None:
    """Reject what is hopeless and have the rest judged, by id; answers the entity as it is now, None when it is gone.

    `change` reads, decides and writes.
    """
    entity: T | None = seen
    if any(photo.is_hopeless(now) for photo in seen.pending_photos):
        entity = change(lambda found: give_up_photos(found, now))
    for photo in entity.pending_photos if entity else ():
        judge(photo.id)
    return entity
