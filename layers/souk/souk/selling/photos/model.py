"""An uploaded picture from announcement to verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MOST_PHOTOS: Final = 12
"""Of one thing that has photos."""
UPLOAD_LIFE: Final = timedelta(hours=1)
"""How long a presigned upload may be used, and a photo may be pending."""
LOOK_AGAIN: Final = timedelta(seconds=90)
"""After this long a pending photo whose upload cannot come any more is looked at again."""
NEVER_ARRIVED: Final = "The upload never arrived."


class PhotoStatus(StrEnum):
    PENDING = "pending"
    READY = "ready"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Photo:
    """An owner's photo. `content_hash` names its stored form once it is ready."""

    id: str
    status: PhotoStatus
    content_type: str
    requested_at: datetime
    content_hash: str | None = None
    reason: str | None = None

    def is_hopeless(self, now: datetime) -> bool:
        """Long after its upload could have come and been judged it is still pending: judging it fails each time."""
        return self.status is PhotoStatus.PENDING and now - self.requested_at > 2 * UPLOAD_LIFE

    def given_up(self) -> Photo:
        """What becomes of a hopeless one."""
        return replace(self, status=PhotoStatus.REJECTED, reason="The photo could not be processed.")


def next_look(pending: Sequence[Photo], now: datetime) -> datetime | None:
    """When somebody has to look after these: once the first upload cannot come any more, and now and again from then.

    None: nothing is pending.
    """
    if not pending:
        return None
    over = min(photo.requested_at for photo in pending) + UPLOAD_LIFE
    return over if over > now else now + LOOK_AGAIN


@dataclass(frozen=True, slots=True)
class Upload:
    """Where and how one photo may be sent: a presigned POST."""

    photo_id: str
    url: str
    fields: Mapping[str, str]
