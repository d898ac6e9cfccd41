"""How photos come in: announced for presigned uploads, or brought through the API; judged later all the same.

How large either may be: MOST_UPLOAD_BYTES of photos/model.py, MOST_BYTES of http/uploads.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from souk.selling.photos.model import Photo, PhotoStatus, Upload
from souk.shared.clock import Clock, NewId


class UploadStore(Protocol):
    def presign_upload(self, owner_id: str, entity_id: str, photo_id: str, content_type: str, size: int) -> Upload:
        """A presigned POST for exactly this type and at most this size."""
        ...

    def put_upload(self, owner_id: str, entity_id: str, photo_id: str, content_type: str, content: bytes) -> None:
        """Put bytes where a presigned POST would have put them."""
        ...


class RequestedUpload(Protocol):
    """A file that the client announces: the type that it will send with it, and its size in bytes."""

    @property
    def content_type(self) -> str: ...
    @property
    def size(self) -> int: ...


class PhotoUploads:
    """Uploads of what has photos: an entity of an owner. `pending` are those of its photos that still wait."""

    def __init__(self, store: UploadStore, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def announce(self, content_types: Sequence[str], *, sent: bool = False) -> tuple[Photo, ...]:
        """New photos, one for each type, to be added to their entity. `sent`: their bytes came with the request."""
        now = self._clock()
        return tuple(Photo(self._new_id(), PhotoStatus.PENDING, one, now, sent=sent) for one in content_types)

    def presign(
        self,
        owner_id: str,
        entity_id: str,
        pending: Sequence[Photo],
        photo_ids: Sequence[str],
        files: Sequence[RequestedUpload],
    ) -> tuple[Upload, ...]:
        """Presigned POSTs for `files`, which are the photos `photo_ids`; none for what has been settled or removed."""
        waiting = ids_of(pending)
        return tuple(
            self._store.presign_upload(owner_id, entity_id, photo_id, file.content_type, file.size)
            for photo_id, file in zip(photo_ids, files, strict=True)
            if photo_id in waiting
        )

    def bring(
        self,
        owner_id: str,
        entity_id: str,
        pending: Sequence[Photo],
        photo_ids: Sequence[str],
        files: Sequence[tuple[str, bytes]],
    ) -> None:
        """Put the bytes of those `photo_ids` that still wait for them where uploads go. May be done again."""
        waiting = ids_of(pending)
        for photo_id, (content_type, content) in zip(photo_ids, files, strict=True):
            if photo_id in waiting:
                self._store.put_upload(owner_id, entity_id, photo_id, content_type, content)


def ids_of(photos: Sequence[Photo]) -> tuple[str, ...]:
    return tuple(photo.id for photo in photos)
