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
LONGEST_SHAPE: Final = 20
"""How many times as long as its shorter side a picture may be: no page shows a longer one, and JPEG ends at 65,500."""
UPLOAD_LIFE: Final = timedelta(hours=1)
"""How long a presigned upload is valid, and a photo waits for it: a slow phone may still be sending."""
SENT_LIFE: Final = timedelta(seconds=60)
"""How long a photo waits for bytes that came with the request: longer than that request can take."""
LOOK_AGAIN: Final = timedelta(seconds=90)
"""A pending photo is checked after this long, and later each time: its upload may have come without being noticed."""
LONGEST_LOOK: Final = timedelta(minutes=5)
PAUSES: Final = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=15))
"""After each try of the sweep to process an upload that is there. There are no more tries than these: a picture that
kills what opens it costs as much every time. The photo is rejected after the last pause."""
WIDTHS: Final = (320, 960, 1600)
"""The widths in pixels that public pictures can be read in: for a list, for a page, for a large screen."""
NEVER_ARRIVED: Final = "The upload never arrived."
LOST: Final = "The photo was lost before it was stored. Send it again."


class PhotoStatus(StrEnum):
    PENDING = "pending"
    READY = "ready"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Photo:
    """An owner's photo. Once it is ready, `content_hash` is the hash of its cleaned picture.

    `sent`: its bytes came with the request that announced it, so that nobody is still sending them later.
    `tried`: when its upload, which was there, was processed because the sweep asked for it.
    """

    id: str
    status: PhotoStatus
    content_type: str
    requested_at: datetime
    content_hash: str | None = None
    reason: str | None = None
    sent: bool = False
    tried: tuple[datetime, ...] = ()

    @property
    def upload_ends(self) -> datetime:
        """Its upload is here by then, or it does not come any more."""
        return self.requested_at + (SENT_LIFE if self.sent else UPLOAD_LIFE)

    def is_hopeless(self, now: datetime) -> bool:
        """Whether processing it must have failed each time: it is pending for too long, or all tries have failed."""
        if self.status is not PhotoStatus.PENDING:
            return False
        is_spent = len(self.tried) >= len(PAUSES) and not self._rests(now)
        return is_spent or now - self.upload_ends > UPLOAD_LIFE

    def may_be_tried(self, now: datetime) -> bool:
        """Whether the sweep may have it processed now."""
        return len(self.tried) < len(PAUSES) and not self._rests(now)

    def tried_at(self, now: datetime) -> Photo:
        return replace(self, tried=(*self.tried, now))

    def _rests(self, now: datetime) -> bool:
        """Whether the last try is too recent for another."""
        return bool(self.tried) and now < self.tried[-1] + PAUSES[len(self.tried) - 1]

    def rejected(self, reason: str) -> Photo:
        """`reason` is shown to its owner."""
        return replace(self, status=PhotoStatus.REJECTED, reason=reason)

    def missing(self) -> Photo:
        """The photo, rejected because its upload is not there."""
        return self.rejected(LOST if self.sent else NEVER_ARRIVED)

    def given_up(self) -> Photo:
        """The photo, rejected because it is hopeless."""
        return self.rejected("The photo could not be processed.")


def next_look(pending: Sequence[Photo], now: datetime) -> datetime | None:
    """When the sweeper has to check these photos. None: nothing is pending.

    An upload that is there and was not noticed is found by that, and one that does not come any more.
    """
    return min((_next_look(photo, now) for photo in pending), default=None)


def sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """The first of two due times; None is never."""
    return min(filter(None, (one, other)), default=None)


def _next_look(photo: Photo, now: datetime) -> datetime:
    """When it has waited twice as long, within bounds, and when its upload ends; then every LOOK_AGAIN."""
    if photo.upload_ends <= now:
        return now + LOOK_AGAIN
    pause = min(max(LOOK_AGAIN, now - photo.requested_at), LONGEST_LOOK)
    return min(now + pause, photo.upload_ends)


@dataclass(frozen=True, slots=True)
class Upload:
    """A presigned POST for one photo: its URL, and the form fields to send before the file."""

    photo_id: str
    url: str
    fields: Mapping[str, str]
