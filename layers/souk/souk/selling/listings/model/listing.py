"""A listing and what may be done with it. Pure: every method answers a new listing or raises Conflict.

Which action is allowed in which status is the table `MOVES`, and nowhere else. A method never reads a clock and never
touches `version`: the repository counts writes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from souk.selling.listings.model.publication import Publication, PublicationStatus
from souk.selling.photos.model import MOST_PHOTOS, Photo, PhotoStatus, next_look
from souk.shared.errors import Conflict
from souk.shared.failure_reason import Failure
from souk.shared.money import Money

LOOK_AGAIN: Final = timedelta(seconds=90)
"""After this long in a passing status the sweeper looks whether somebody is still at work."""
MOST_RESTARTS: Final = 5
LONGEST_WORK: Final = timedelta(hours=1)
"""No run generates or publishes for longer: one that says it does is at work on something that is no longer so."""


class Status(StrEnum):
    DRAFT = "draft"
    GENERATING = "generating_media"
    MEDIA_READY = "media_ready"
    APPROVED = "approved"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    ERROR = "error"


class Action(StrEnum):
    """What an owner does. The value is how a refusal names it."""

    EDIT = "edit"
    EDIT_SOURCES = "change photos or prompts"
    GENERATE = "generate media"
    APPROVE = "approve media"
    REJECT = "reject media"
    PUBLISH = "publish"
    DELETE = "delete"


MOVES: Final[Mapping[Action, frozenset[Status]]] = {
    Action.EDIT: frozenset({Status.DRAFT, Status.MEDIA_READY, Status.APPROVED, Status.PUBLISHED, Status.ERROR}),
    Action.EDIT_SOURCES: frozenset({Status.DRAFT, Status.MEDIA_READY, Status.APPROVED, Status.ERROR}),
    Action.GENERATE: frozenset({Status.DRAFT, Status.MEDIA_READY, Status.APPROVED, Status.ERROR}),
    Action.APPROVE: frozenset({Status.MEDIA_READY, Status.APPROVED, Status.ERROR}),
    Action.REJECT: frozenset({Status.MEDIA_READY, Status.APPROVED, Status.ERROR}),
    Action.PUBLISH: frozenset({Status.APPROVED, Status.PUBLISHING, Status.PUBLISHED, Status.ERROR}),
    Action.DELETE: frozenset({Status.DRAFT, Status.MEDIA_READY, Status.APPROVED, Status.PUBLISHED, Status.ERROR}),
}


@dataclass(frozen=True, slots=True)
class MediaObject:
    """A generated picture or video, stored under the hash of its content."""

    content_hash: str
    content_type: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """What was generated: pictures, the main one first, and perhaps a video."""

    images: tuple[MediaObject, ...]
    video: MediaObject | None

    @property
    def hash(self) -> str:
        """One hash over all of it, so that an approval can say what it has seen."""
        hashes = [image.content_hash for image in self.images] + ([self.video.content_hash] if self.video else [])
        return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Wait:
    """A workflow that waits for this listing to leave `status`. The token never leaves the table."""

    token: str
    status: Status


@dataclass(frozen=True, slots=True)
class Listing:
    """Something for sale, from draft to published.

    `quantity_version` rises whenever its owner says how many there are: what is live on souk has a stock of its own.
    """

    id: str
    user_id: str
    title: str
    description: str
    category_id: str
    price: Money
    quantity: int
    condition_id: int
    image_prompt: str
    created_at: datetime
    updated_at: datetime
    quantity_version: int = 1
    video_prompt: str = ""
    item_specifics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    souk_category_id: str = "other"
    enriched_description: str | None = None
    photos: tuple[Photo, ...] = ()
    media: Media | None = None
    status: Status = Status.DRAFT
    error: Failure | None = None
    publications: Mapping[str, Publication] = field(default_factory=dict)
    approved_hash: str | None = None
    rejection_reason: str | None = None
    deleting: bool = False
    run: int = 0
    restarts: int = 0
    wait: Wait | None = None
    due_at: datetime | None = None
    begun_at: datetime | None = None
    version: int = 1

    # What it says --------------------------------------------------------------------------------------------------

    @property
    def content_hash(self) -> str:
        """A hash over every field that goes to a marketplace, and over the media."""
        content = [
            self.title,
            self.offered_description,
            self.category_id,
            str(self.price),
            self.price.currency,
            self.quantity,
            self.condition_id,
            sorted((name, list(values)) for name, values in self.item_specifics.items()),
            self.souk_category_id,
            self.media.hash if self.media else None,
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    @property
    def offered_description(self) -> str:
        return self.enriched_description or self.description

    @property
    def is_approved(self) -> bool:
        return self.approved_hash is not None and self.approved_hash == self.content_hash

    @property
    def ready_photos(self) -> tuple[Photo, ...]:
        return tuple(photo for photo in self.photos if photo.status is PhotoStatus.READY)

    @property
    def pending_photos(self) -> tuple[Photo, ...]:
        return tuple(photo for photo in self.photos if photo.status is PhotoStatus.PENDING)

    @property
    def publications_at_work(self) -> tuple[Publication, ...]:
        return tuple(publication for publication in self.publications.values() if publication.at_work)

    @property
    def needs_workflow(self) -> bool:
        """Somebody has to be at work on it, or it would stand still."""
        return self.status in (Status.GENERATING, Status.PUBLISHING) or bool(self.publications_at_work)

    # What its owner does -------------------------------------------------------------------------------------------

    def edit(self, changes: Mapping[str, Any], now: datetime) -> Listing:
        """Change text, price, quantity or specifics. A text written from older facts is dropped."""
        self._demand(Action.EDIT)
        changed = replace(self, **changes)
        if "enriched_description" not in changes and changes.keys() & {"title", "description", "item_specifics"}:
            changed = replace(changed, enriched_description=None)
        if "quantity" in changes:
            changed = replace(changed, quantity_version=self.quantity_version + 1)
        if self.status is Status.PUBLISHED:
            # Only words and numbers can change while published, so the media that were approved still stand.
            revising = {
                name: replace(one, status=PublicationStatus.REVISING, error=None) if one.up else one
                for name, one in self.publications.items()
            }
            changed = replace(changed, approved_hash=changed.content_hash, publications=revising)
            return changed._begin_run(now)
        status = Status.MEDIA_READY if self.status is not Status.DRAFT and self.media else Status.DRAFT
        return changed._settle_as(status)

    def edit_sources(self, changes: Mapping[str, Any]) -> Listing:
        """Change photos or prompts: the media made from them are void."""
        self._demand(Action.EDIT_SOURCES)
        return replace(self, **changes, media=None, enriched_description=None)._settle_as(Status.DRAFT)

    def add_photos(self, photos: tuple[Photo, ...], now: datetime) -> Listing:
        if len(self.photos) + len(photos) > MOST_PHOTOS:
            raise Conflict(f"A listing has at most {MOST_PHOTOS} photos.", code="too_many_photos")
        changed = self.edit_sources({"photos": self.photos + photos})
        return replace(changed, due_at=next_look(changed.pending_photos, now))

    def request_media(self, now: datetime) -> Listing:
        self._demand(Action.GENERATE)
        if self.pending_photos:
            raise Conflict("Photos are still being uploaded or checked.", code="photos_not_ready")
        return replace(
            self, status=Status.GENERATING, error=None, approved_hash=None, rejection_reason=None
        )._begin_run(now)

    def approve(self, media_hash: str | None) -> Listing:
        """Approve the content as it is now. `media_hash` says which media the owner has seen."""
        self._demand(Action.APPROVE)
        if self.media is None:
            raise Conflict("There are no media to approve.", code="no_media")
        if media_hash is not None and media_hash != self.media.hash:
            raise Conflict("The media have changed since you saw them.", code="media_changed")
        if self.status is Status.APPROVED and self.is_approved:
            return self
        return replace(self._settle_as(Status.APPROVED), approved_hash=self.content_hash)

    def reject(self, reason: str | None) -> Listing:
        self._demand(Action.REJECT)
        return replace(
            self._settle_as(Status.DRAFT), media=None, enriched_description=None, rejection_reason=reason or None
        )

    def request_publication(self, marketplaces: tuple[str, ...], now: datetime) -> Listing:
        """Publish to each of `marketplaces` where it is not live. Asking again while under way changes nothing."""
        self._demand(Action.PUBLISH)
        if self.status is Status.PUBLISHING:
            return self
        if not self.is_approved:
            raise Conflict("Approve the media first: something has changed since.", code="not_approved")
        wanted = [name for name in marketplaces if not (one := self.publications.get(name)) or not one.up]
        if not wanted:
            return self
        asked = {name: self._ask_publication(name) for name in wanted}
        publishing = replace(self, status=Status.PUBLISHING, error=None, publications={**self.publications, **asked})
        # A workflow that waits for this very step goes on; without one a new run begins.
        if self.wait is not None and self.status in (Status.APPROVED, Status.ERROR):
            return replace(publishing, wait=None, restarts=0, due_at=now + LOOK_AGAIN, begun_at=now)
        return publishing._begin_run(now)

    def request_deletion(self, now: datetime) -> Listing | None:
        """None: it can go at once. A listing: its publications have to be ended first."""
        self._demand(Action.DELETE)
        ending = {
            name: replace(one, status=PublicationStatus.ENDING, error=None)
            for name, one in self.publications.items()
            if one.up or one.status is PublicationStatus.UNCONFIRMED
        }
        if not ending:
            return None
        return replace(self, deleting=True, publications={**self.publications, **ending})._begin_run(now)

    # What its workflow does ------------------------------------------------------------------------------------------

    def settle_photo(self, settled: Photo) -> Listing:
        """A pending photo became ready or rejected. Anything else (deleted, settled before) changes nothing."""
        photos = tuple(
            settled if photo.id == settled.id and photo.status is PhotoStatus.PENDING else photo
            for photo in self.photos
        )
        changed = replace(self, photos=photos)
        if changed.pending_photos or self.needs_workflow:
            return changed
        return replace(changed, due_at=None)

    def fail(self, failure: Failure) -> Listing:
        """What was under way has failed for good."""
        return replace(self._settle_as(Status.ERROR), error=failure, approved_hash=self.approved_hash)

    def settle_publication(self, settled: Publication) -> Listing | None:
        """One marketplace has answered. When none is at work any more the listing's own status follows.

        None: the listing was being deleted and nothing of it is left anywhere.
        """
        publications = {**self.publications, settled.marketplace: settled}
        changed = replace(self, publications=publications)
        if changed.publications_at_work:
            return changed
        changed = replace(changed, due_at=None, restarts=0)
        if self.deleting:
            gone = all(not one.up and one.status is not PublicationStatus.UNCONFIRMED for one in publications.values())
            if gone:
                return None
            changed = replace(changed, deleting=False)
        if any(one.up for one in publications.values()):
            return replace(changed, status=Status.PUBLISHED, error=None)
        errors = (settled.error, *(one.error for one in publications.values()))
        return replace(changed, status=Status.ERROR, error=next(filter(None, errors), None))

    def restart(self, now: datetime) -> Listing:
        """Begin a new run of a workflow that has vanished; after too many, say so instead."""
        if self.restarts < MOST_RESTARTS:
            return replace(self._begin_run(now), restarts=self.restarts + 1)
        if self.status is Status.GENERATING:
            return replace(self, wait=None, due_at=None).fail(
                Failure("generation_unfinished", "Making the media did not finish. Generate them again.")
            )
        settled: Listing = self
        for one in self.publications_at_work:
            lost = Failure("outcome_unknown", f"{one.marketplace} did not answer. Trying again will not publish twice.")
            settled = settled.settle_publication(one.unanswered(lost)) or settled
        return settled

    def works_too_long(self, now: datetime) -> bool:
        """Whoever is at work on it has lost sight of it, as after the table was put back to an earlier time."""
        return self.begun_at is not None and now - self.begun_at > LONGEST_WORK

    def look_again(self, now: datetime) -> Listing:
        """Somebody is at work: look later."""
        return replace(self, due_at=now + LOOK_AGAIN)

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _demand(self, action: Action) -> None:
        if self.deleting:
            raise Conflict("The listing is being deleted.", code="being_deleted")
        if self.status not in MOVES[action] or (action is not Action.PUBLISH and self.publications_at_work):
            raise Conflict(f"You cannot {action} while the listing is {self.status}.", code="invalid_state")

    def _begin_run(self, now: datetime) -> Listing:
        return replace(self, run=self.run + 1, wait=None, restarts=0, due_at=now + LOOK_AGAIN, begun_at=now)

    def _settle_as(self, status: Status) -> Listing:
        """Stand in `status`, unapproved. A workflow that waits for another status is let go."""
        wait = self.wait if self.wait and self.wait.status is status else None
        due_at = self.due_at if self.pending_photos else None
        return replace(self, status=status, error=None, approved_hash=None, wait=wait, due_at=due_at, restarts=0)

    def _ask_publication(self, marketplace: str) -> Publication:
        before = self.publications.get(marketplace)
        # A refused or unconfirmed attempt keeps its number: the marketplace answers with what it made, if anything.
        ended = before is not None and before.status is PublicationStatus.ENDED
        attempt = 1 if before is None else before.attempt + (1 if ended else 0)
        sent = before is not None and before.status is PublicationStatus.UNCONFIRMED
        return Publication(marketplace, PublicationStatus.PUBLISHING, attempt, sent=sent)
