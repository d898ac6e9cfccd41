"""A listing and its rules. Pure: every method returns a new listing, or the same one when nothing changes.

The table `MOVES` alone decides which action is allowed in which status; any other raises Conflict. A method never reads
a clock and never changes `version`: the repository counts writes.
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
from souk.selling.photos.model import MOST_PHOTOS, Photo, PhotoStatus, next_look, sooner
from souk.shared.errors import Conflict
from souk.shared.failure_reason import Failure
from souk.shared.money import Money

LOOK_AGAIN: Final = timedelta(seconds=90)
"""After this long in a temporary status the sweeper checks that the workflow is still running."""
MOST_RESTARTS: Final = 5
LONGEST_WORK: Final = timedelta(hours=1)
"""The longest that a run can generate or publish. An older one works on a state that the item has not any more."""


class Status(StrEnum):
    DRAFT = "draft"
    GENERATING = "generating_media"
    MEDIA_READY = "media_ready"
    APPROVED = "approved"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    ERROR = "error"


class Action(StrEnum):
    """What an owner does. The value is its name in the text of a refusal."""

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
    """Generated media: pictures, the main one first, and perhaps a video."""

    images: tuple[MediaObject, ...]
    video: MediaObject | None

    @property
    def hash(self) -> str:
        """One hash over all media, so that an approval can name what its owner has seen."""
        hashes = [image.content_hash for image in self.images] + ([self.video.content_hash] if self.video else [])
        return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Wait:
    """A workflow that waits for this listing to leave `status`. `token` is never shown outside the table."""

    token: str
    status: Status


@dataclass(frozen=True, slots=True)
class Listing:
    """Something for sale, from draft to published.

    `quantity_version` rises whenever the owner sets a quantity: it separates a new quantity from an old one that souk's
    storefront has already sold from: a product there has its own stock.
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

    # What can be read from it ----------------------------------------------------------------------------------------

    @property
    def content_hash(self) -> str:
        """A hash over every field that is sent to a marketplace, and over the media."""
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
        """Publications for which a marketplace has to do something."""
        return tuple(publication for publication in self.publications.values() if publication.at_work)

    @property
    def needs_workflow(self) -> bool:
        """Whether it stays in its state for ever unless a workflow runs."""
        return self.status in (Status.GENERATING, Status.PUBLISHING) or bool(self.publications_at_work)

    # Actions of its owner --------------------------------------------------------------------------------------------

    def edit(self, changes: Mapping[str, Any], now: datetime) -> Listing:
        """Change text, price, quantity or specifics. An enriched description of the old facts is dropped."""
        self._require_allowed(Action.EDIT)
        changed = replace(self, **changes)
        if "enriched_description" not in changes and changes.keys() & {"title", "description", "item_specifics"}:
            changed = replace(changed, enriched_description=None)
        if "quantity" in changes:
            changed = replace(changed, quantity_version=self.quantity_version + 1)
        if self.status is Status.PUBLISHED:
            # Only words and numbers can change while published, so the approval of the media still holds.
            revising = {
                name: replace(publication, status=PublicationStatus.REVISING, error=None)
                if publication.up
                else publication
                for name, publication in self.publications.items()
            }
            changed = replace(changed, approved_hash=changed.content_hash, publications=revising)
            return changed._begin_run(now)
        status = Status.MEDIA_READY if self.status is not Status.DRAFT and self.media else Status.DRAFT
        return changed._settle_as(status)

    def edit_sources(self, changes: Mapping[str, Any]) -> Listing:
        """Change photos or prompts. Media generated from the old ones are dropped."""
        self._require_allowed(Action.EDIT_SOURCES)
        return replace(self, **changes, media=None, enriched_description=None)._settle_as(Status.DRAFT)

    def add_photos(self, photos: tuple[Photo, ...], now: datetime) -> Listing:
        if len(self.photos) + len(photos) > MOST_PHOTOS:
            raise Conflict(f"A listing has at most {MOST_PHOTOS} photos.", code="too_many_photos")
        changed = self.edit_sources({"photos": self.photos + photos})
        return replace(changed, due_at=sooner(changed.due_at, next_look(changed.pending_photos, now)))

    def request_media(self, now: datetime) -> Listing:
        self._require_allowed(Action.GENERATE)
        if self.pending_photos:
            raise Conflict("Photos are still being uploaded or checked.", code="photos_not_ready")
        return replace(
            self, status=Status.GENERATING, error=None, approved_hash=None, rejection_reason=None
        )._begin_run(now)

    def approve(self, media_hash: str | None) -> Listing:
        """Approve the content as it is now. `media_hash` names the media that the owner has seen."""
        self._require_allowed(Action.APPROVE)
        if self.media is None:
            raise Conflict("There are no media to approve.", code="no_media")
        if media_hash is not None and media_hash != self.media.hash:
            raise Conflict("The media have changed since you saw them.", code="media_changed")
        if self.status is Status.APPROVED and self.is_approved:
            return self
        return replace(self._settle_as(Status.APPROVED), approved_hash=self.content_hash)

    def reject(self, reason: str | None) -> Listing:
        self._require_allowed(Action.REJECT)
        return replace(
            self._settle_as(Status.DRAFT), media=None, enriched_description=None, rejection_reason=reason or None
        )

    def request_publication(self, marketplaces: tuple[str, ...], now: datetime) -> Listing:
        """Publish to each of `marketplaces` where it is not live. Changes nothing while publishing."""
        self._require_allowed(Action.PUBLISH)
        if self.status is Status.PUBLISHING:
            return self
        if not self.is_approved:
            raise Conflict("Approve the media first: something has changed since.", code="not_approved")
        live = {name for name, publication in self.publications.items() if publication.up}
        requested = {name: self._request_at(name) for name in marketplaces if name not in live}
        if not requested:
            return self
        publications = {**self.publications, **requested}
        publishing = replace(self, status=Status.PUBLISHING, error=None, publications=publications)
        # A workflow that waits for this step continues; otherwise a new run begins.
        if self.wait is not None and self.status in (Status.APPROVED, Status.ERROR):
            return replace(publishing, wait=None, restarts=0, due_at=now + LOOK_AGAIN, begun_at=now)
        return publishing._begin_run(now)

    def request_deletion(self, now: datetime) -> Listing | None:
        """None: it can be deleted now. A listing: its publications have to be ended first."""
        self._require_allowed(Action.DELETE)
        ending = {
            name: replace(publication, status=PublicationStatus.ENDING, error=None)
            for name, publication in self.publications.items()
            if publication.may_be_up
        }
        if not ending:
            return None
        return replace(self, deleting=True, publications={**self.publications, **ending})._begin_run(now)

    # Actions of its workflow -----------------------------------------------------------------------------------------

    def settle_photo(self, settled: Photo) -> Listing:
        """Store that a pending photo is ready or rejected. Changes nothing when it was removed or settled before."""
        photos = tuple(
            settled if photo.id == settled.id and photo.status is PhotoStatus.PENDING else photo
            for photo in self.photos
        )
        changed = replace(self, photos=photos)
        if changed.pending_photos or self.needs_workflow:
            return changed
        return replace(changed, due_at=None)

    def fail(self, failure: Failure) -> Listing:
        """Generating has failed for good."""
        return replace(self._settle_as(Status.ERROR), error=failure, approved_hash=self.approved_hash)

    def settle_publication(self, settled: Publication) -> Listing | None:
        """Store a marketplace's answer. The last answer decides the listing's own status.

        None: the listing was being deleted, and no marketplace has it any more.
        """
        publications = {**self.publications, settled.marketplace: settled}
        changed = replace(self, publications=publications)
        if changed.publications_at_work:
            return changed
        changed = replace(changed, due_at=None, restarts=0)
        if self.deleting:
            if not any(publication.may_be_up for publication in publications.values()):
                return None
            changed = replace(changed, deleting=False)
        if any(publication.up for publication in publications.values()):
            return replace(changed, status=Status.PUBLISHED, error=None)
        errors = (settled.error, *(publication.error for publication in publications.values()))
        return replace(changed, status=Status.ERROR, error=next(filter(None, errors), None))

    def restart(self, now: datetime) -> Listing:
        """Begin a new run in place of a workflow that has vanished; after MOST_RESTARTS, fail instead."""
        if self.restarts < MOST_RESTARTS:
            return replace(self._begin_run(now), restarts=self.restarts + 1)
        if self.status is Status.GENERATING:
            return replace(self, wait=None, due_at=None).fail(
                Failure("generation_unfinished", "Making the media did not finish. Generate them again.")
            )
        settled: Listing = self
        for publication in self.publications_at_work:
            detail = f"{publication.marketplace} did not answer. Trying again will not publish twice."
            unanswered = publication.unanswered(Failure("outcome_unknown", detail))
            settled = settled.settle_publication(unanswered) or settled
        return settled

    def works_too_long(self, now: datetime) -> bool:
        """Its workflow no longer matches the item, for example after a restore of the table."""
        return self.begun_at is not None and now - self.begun_at > LONGEST_WORK

    def look_again(self, now: datetime) -> Listing:
        """Have the sweeper check later whether its workflow still runs, or for its pending photos."""
        return replace(self, due_at=now + LOOK_AGAIN if self.needs_workflow else next_look(self.pending_photos, now))

    # Helpers ---------------------------------------------------------------------------------------------------------

    def _require_allowed(self, action: Action) -> None:
        if self.deleting:
            raise Conflict("The listing is being deleted.", code="being_deleted")
        if self.status not in MOVES[action] or (action is not Action.PUBLISH and self.publications_at_work):
            raise Conflict(f"You cannot {action} while the listing is {self.status}.", code="invalid_state")

    def _begin_run(self, now: datetime) -> Listing:
        return replace(self, run=self.run + 1, wait=None, restarts=0, due_at=now + LOOK_AGAIN, begun_at=now)

    def _settle_as(self, status: Status) -> Listing:
        """In `status`, unapproved. A workflow that waits for it to leave another status is released."""
        wait = self.wait if self.wait and self.wait.status is status else None
        due_at = self.due_at if self.pending_photos else None
        return replace(self, status=status, error=None, approved_hash=None, wait=wait, due_at=due_at, restarts=0)

    def _request_at(self, marketplace: str) -> Publication:
        before = self.publications.get(marketplace)
        # A refused or unconfirmed attempt keeps its number: the marketplace then returns what it may have published.
        ended = before is not None and before.status is PublicationStatus.ENDED
        attempt = 1 if before is None else before.attempt + (1 if ended else 0)
        sent = before is not None and before.status is PublicationStatus.UNCONFIRMED
        return Publication(marketplace, PublicationStatus.PUBLISHING, attempt, sent=sent)
