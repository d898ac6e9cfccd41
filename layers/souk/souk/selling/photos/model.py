"""A photo from its announcement until it is ready or rejected. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MOST_PHOTOS: Final = 12
"""The most photos of one listing or product."""
MOST_UPLOAD_BYTES: Final = 40 * 1024 * 1024
"""How large a direct upload may be: the largest file that one may be announced for."""
MOST_MEGAPIXELS: Final = 100
"""The largest picture that is taken: decoding one of a format that only decodes whole has to fit in a function."""
LEAST_SIDE: Final = 200
"""The shorter side of a picture at least, in pixels."""
UPLOAD_LIFE: Final = timedelta(hours=1)
"""How long a presigned upload is valid, and a photo waits for it."""
LOOK_AGAIN: Final = timedelta(seconds=90)
"""A pending photo whose upload is no longer possible is checked again after this long."""
NEVER_ARRIVED: Final = "The upload never arrived."


class PhotoStatus(StrEnum):
    PENDING = "pending"
    READY = "ready"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Photo:
    """An owner's photo. Once it is ready, `content_hash` is the hash of its cleaned picture."""

    id: str
    status: PhotoStatus
    content_type: str
    requested_at: datetime
    content_hash: str | None = None
    reason: str | None = None

    def is_hopeless(self, now: datetime) -> bool:
        """Whether it has been pending for so long that processing it must have failed each time."""
        return self.status is PhotoStatus.PENDING and now - self.requested_at > 2 * UPLOAD_LIFE

    def rejected(self, reason: str) -> Photo:
        """`reason` is shown to its owner."""
        return replace(self, status=PhotoStatus.REJECTED, reason=reason)

    def given_up(self) -> Photo:
        """The photo, rejected because it is hopeless."""
        return self.rejected("The photo could not be processed.")


def next_look(pending: Sequence[Photo], now: datetime) -> datetime | None:
    """When the sweeper has to check these photos: when the first upload is no longer possible, then every LOOK_AGAIN.

    None: nothing is pending.
    """
    if not pending:
        return None
    first_end = min(photo.requested_at for photo in pending) + UPLOAD_LIFE
    return first_end if first_end > now else now + LOOK_AGAIN


@dataclass(frozen=True, slots=True)
class Upload:
    """A presigned POST for one photo: its URL, and the form fields to send before the file."""

    photo_id: str
    url: str
    fields: Mapping[str, str]
