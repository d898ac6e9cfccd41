"""Taking in what people upload: each photo is judged once, and becomes ready or is rejected with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from souk.selling.photos.model import NEVER_ARRIVED, UPLOAD_LIFE, Photo, PhotoStatus
from souk.shared.clock import Clock

if TYPE_CHECKING:
    from souk.selling.media.adapters.pictures import TakenPicture


class PhotoOwners(Protocol):
    """The entities that have photos."""

    def pending_photo(self, owner_id: str, entity_id: str, photo_id: str) -> Photo | None: ...

    def settle_photo(self, owner_id: str, entity_id: str, settled: Photo, now: datetime) -> None:
        """Put `settled` in the place of the pending photo; nothing when it does not wait any more."""
        ...


class PhotoStore(Protocol):
    def put(self, content: bytes, content_type: str) -> str:
        """Store under the hash of the content; answers the hash (sha256, hex)."""
        ...

    def load_upload(self, owner_id: str, entity_id: str, photo_id: str) -> bytes | None:
        """What was uploaded for a photo, or None."""
        ...

    def remove_upload(self, owner_id: str, entity_id: str, photo_id: str) -> None: ...


class PhotoIntake:
    def __init__(
        self,
        owners: PhotoOwners,
        store: PhotoStore,
        take_in: Callable[[bytes, str], TakenPicture],
        clock: Clock,
    ) -> None:
        self._owners = owners
        self._store = store
        self._take_in = take_in
        self._clock = clock

    def process(self, owner_id: str, entity_id: str, photo_id: str) -> PhotoStatus | None:
        """Judge one upload: ready under its content hash, or rejected with a reason.

        Pending: it has not arrived, and still may. None: nobody waits for it.
        """
        photo = self._owners.pending_photo(owner_id, entity_id, photo_id)
        if photo is None:
            self._store.remove_upload(owner_id, entity_id, photo_id)
            return None
        raw = self._store.load_upload(owner_id, entity_id, photo_id)
        if raw is None:
            if self._clock() < photo.requested_at + UPLOAD_LIFE:
                return PhotoStatus.PENDING
            return self._settle(owner_id, entity_id, replace(photo, status=PhotoStatus.REJECTED, reason=NEVER_ARRIVED))
        status = self._settle(owner_id, entity_id, self._judge(photo, raw))
        self._store.remove_upload(owner_id, entity_id, photo_id)
        return status

    def _judge(self, photo: Photo, raw: bytes) -> Photo:
        from souk.selling.media.adapters.pictures import PictureRejected

        try:
            taken = self._take_in(raw, photo.content_type)
        except PictureRejected as rejection:
            return replace(photo, status=PhotoStatus.REJECTED, reason=rejection.reason)
        stored = self._store.put(taken.content, taken.content_type)
        return replace(photo, status=PhotoStatus.READY, content_hash=stored, content_type=taken.content_type)

    def _settle(self, owner_id: str, entity_id: str, settled: Photo) -> PhotoStatus:
        self._owners.settle_photo(owner_id, entity_id, settled, self._clock())
        return settled.status
