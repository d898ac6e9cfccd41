"""Every action in every status: what is allowed, where it leads, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from souk.selling.listings.model import (
    LOOK_AGAIN,
    MOST_RESTARTS,
    Action,
    Listing,
    Publication,
    PublicationStatus,
    Status,
)
from souk.selling.photos.model import MOST_PHOTOS, PhotoStatus
from souk.shared.errors import Conflict
from souk.shared.failure_reason import Failure
from tests.unit.selling.listings.listing_builders import (
    LATER,
    NOW,
    a_listing,
    a_photo,
    a_publication,
    in_status,
    some_media,
    waiting,
)

D, G, R, A, P, L, E = Status  # draft, generating, media ready, approved, publishing, published (live), error
NO = None
EBAY = ("ebay",)

ACTS: dict[Action, Callable[[Listing], Listing | None]] = {
    Action.EDIT: lambda listing: listing.edit({"title": "Lens"}, LATER),
    Action.EDIT_SOURCES: lambda listing: listing.edit_sources({"image_prompt": "in the sun"}),
    Action.GENERATE: lambda listing: listing.request_media(LATER),
    Action.APPROVE: lambda listing: listing.approve(None),
    Action.REJECT: lambda listing: listing.reject("too dark"),
    Action.PUBLISH: lambda listing: listing.request_publication(EBAY, LATER),
    Action.DELETE: lambda listing: listing.request_deletion(LATER),
}
GONE = "gone"
TABLE: dict[Action, tuple[Any, ...]] = {
    # in:                 D   G   R   A   P   L   E
    Action.EDIT: (D, NO, R, R, NO, L, R),
    Action.EDIT_SOURCES: (D, NO, D, D, NO, NO, D),
    Action.GENERATE: (G, NO, G, G, NO, NO, G),
    Action.APPROVE: (NO, NO, A, A, NO, NO, A),
    Action.REJECT: (NO, NO, D, D, NO, NO, D),
    Action.PUBLISH: (NO, NO, NO, P, P, L, NO),
    Action.DELETE: (GONE, NO, GONE, GONE, NO, L, GONE),
}
ROWS = [(action, before, after) for action, row in TABLE.items() for before, after in zip(Status, row, strict=True)]


def test_the_table_of_moves_covers_every_action_and_status() -> None:
    assert set(TABLE) == set(Action) == set(ACTS)


@pytest.mark.parametrize(("action", "before", "after"), ROWS)
def test_an_action_leads_to_the_status_in_the_table(action: Action, before: Status, after: Any) -> None:
    listing = in_status(before)
    if after is NO:
        with pytest.raises(Conflict):
            ACTS[action](listing)
        return
    moved = ACTS[action](listing)
    assert (GONE if moved is None else moved.status) == after


@pytest.mark.parametrize(
    "action", [action for action in Action if action not in (Action.PUBLISH, Action.DELETE)], ids=str
)
def test_nothing_is_allowed_while_a_publication_is_being_revised(action: Action) -> None:
    revising = in_status(L).edit({"title": "Lens"}, LATER)
    with pytest.raises(Conflict):
        ACTS[action](revising)


@pytest.mark.parametrize("action", Action, ids=str)
def test_nothing_is_allowed_while_it_is_being_deleted(action: Action) -> None:
    deleting = in_status(L).request_deletion(LATER)
    assert deleting is not None
    with pytest.raises(Conflict) as refusal:
        ACTS[action](deleting)
    assert refusal.value.code == "being_deleted"


def test_an_error_without_media_becomes_a_draft_when_it_is_edited() -> None:
    assert ACTS[Action.EDIT](in_status(E, media=False)).status is D  # type: ignore[union-attr]


def test_an_error_without_media_cannot_be_approved() -> None:
    with pytest.raises(Conflict) as refusal:
        in_status(E, media=False).approve(None)
    assert refusal.value.code == "no_media"


def test_publishing_after_an_error_needs_a_valid_approval() -> None:
    failed = replace(in_status(E), approved_hash=in_status(E).content_hash)
    assert failed.request_publication(EBAY, LATER).status is P


def test_approving_twice_changes_nothing() -> None:
    approved = in_status(A)
    assert approved.approve(None) is approved


def test_approving_media_that_have_changed_since_is_refused() -> None:
    with pytest.raises(Conflict) as refusal:
        in_status(R).approve("0" * 64)
    assert refusal.value.code == "media_changed"


def test_approving_the_media_that_were_seen_is_accepted() -> None:
    ready = in_status(R)
    assert ready.media is not None
    assert ready.approve(ready.media.hash).is_approved


def test_an_edit_voids_the_approval_and_the_text_from_older_facts() -> None:
    approved = replace(in_status(A), enriched_description="For sale")
    edited = approved.edit({"title": "Lens"}, LATER)
    assert (edited.approved_hash, edited.enriched_description) == (None, None)


def test_an_edit_of_the_price_keeps_the_text() -> None:
    ready = replace(in_status(R), enriched_description="For sale")
    assert ready.edit({"quantity": 2}, LATER).enriched_description == "For sale"


def test_an_edit_while_published_revises_live_publications_and_keeps_the_approval() -> None:
    edited = in_status(L).edit({"title": "Lens"}, LATER)
    assert edited.publications["ebay"].status is PublicationStatus.REVISING
    assert edited.is_approved
    assert edited.needs_workflow


def test_an_edit_while_published_does_not_change_failed_publications() -> None:
    published = in_status(L)
    other = Publication("souk", PublicationStatus.FAILED)
    edited = replace(published, publications={**published.publications, "souk": other}).edit({"title": "x"}, LATER)
    assert edited.publications["souk"] is other


def test_publishing_again_while_publishing_is_the_same_attempt() -> None:
    publishing = in_status(P)
    assert publishing.request_publication(EBAY, LATER) is publishing


def test_publishing_a_listing_that_is_live_everywhere_changes_nothing() -> None:
    published = in_status(L)
    assert published.request_publication(EBAY, LATER) is published


def test_publishing_to_another_marketplace_does_not_change_the_first() -> None:
    asked = in_status(L).request_publication(("ebay", "souk"), LATER)
    assert {name: one.status for name, one in asked.publications.items()} == {"ebay": "live", "souk": "publishing"}


def test_a_refused_attempt_is_repeated_with_its_number_and_an_ended_one_with_the_next() -> None:
    approved = in_status(A)
    for status, attempt in (
        (PublicationStatus.FAILED, 3),
        (PublicationStatus.UNCONFIRMED, 3),
        (PublicationStatus.ENDED, 4),
    ):
        before = replace(approved, publications={"ebay": a_publication(status, attempt=3)})
        assert before.request_publication(EBAY, LATER).publications["ebay"].attempt == attempt


def test_publishing_resumes_the_workflow_that_waits_for_it() -> None:
    asked = in_status(A).request_publication(EBAY, LATER)
    assert (asked.wait, asked.run, asked.begun_at, asked.due_at) == (None, 1, LATER, LATER + LOOK_AGAIN)


def test_publishing_without_a_waiting_workflow_begins_a_new_run() -> None:
    assert replace(in_status(A), wait=None).request_publication(EBAY, LATER).run == 2


def test_generating_waits_for_pending_photos() -> None:
    with pytest.raises(Conflict) as refusal:
        a_listing(photos=(a_photo(),)).request_media(NOW)
    assert refusal.value.code == "photos_not_ready"


def test_new_photos_drop_the_media_and_are_waited_for() -> None:
    changed = in_status(R).add_photos((a_photo(),), NOW)
    assert (changed.status, changed.media) == (D, None)
    assert changed.due_at == NOW + LOOK_AGAIN


def test_there_are_at_most_twelve_photos() -> None:
    photos = tuple(a_photo(photo_id=str(number)) for number in range(MOST_PHOTOS))
    assert len(a_listing().add_photos(photos, NOW).photos) == MOST_PHOTOS
    with pytest.raises(Conflict) as refusal:
        a_listing(photos=photos).add_photos((a_photo(photo_id="one more"),), NOW)
    assert refusal.value.code == "too_many_photos"


def test_the_last_settled_photo_ends_the_wait() -> None:
    listing = a_listing().add_photos((a_photo(photo_id="1"), a_photo(photo_id="2")), NOW)
    one = listing.settle_photo(a_photo(PhotoStatus.READY, "1"))
    both = one.settle_photo(a_photo(PhotoStatus.REJECTED, "2"))
    assert (one.due_at, both.due_at) == (listing.due_at, None)
    assert [photo.id for photo in both.ready_photos] == ["1"]


def test_a_photo_is_settled_once() -> None:
    settled = a_listing(photos=(a_photo(),)).settle_photo(a_photo(PhotoStatus.REJECTED))
    assert settled.settle_photo(a_photo(PhotoStatus.READY)).photos[0].status is PhotoStatus.REJECTED


def test_a_workflow_that_waits_for_another_status_is_released() -> None:
    assert in_status(R).approve(None).wait is None
    assert in_status(R).edit({"quantity": 2}, LATER).wait is not None


# What marketplaces answer --------------------------------------------------------------------------------------------

NO_COLOUR = Failure("vendor_refused", "Colour is missing.", "ebay")


@pytest.mark.parametrize(
    ("before", "refused", "unanswered"),
    [
        (a_publication(PublicationStatus.PUBLISHING), "failed", "unconfirmed"),
        (a_publication(PublicationStatus.REVISING), "live", "live"),
        (a_publication(PublicationStatus.ENDING), "live", "live"),
        (a_publication(PublicationStatus.ENDING, external_id=None), "unconfirmed", "unconfirmed"),
    ],
    ids=["publishing", "revising", "ending", "ending what may not be there"],
)
def test_a_refusal_or_no_answer_keeps_a_live_publication_live(
    before: Publication, refused: str, unanswered: str
) -> None:
    assert before.refused(NO_COLOUR).status == refused
    assert before.unanswered(NO_COLOUR).status == unanswered
    assert before.refused(NO_COLOUR).error is NO_COLOUR


def test_a_listing_is_published_when_one_of_its_publications_is_live() -> None:
    publishing = in_status(A).request_publication(("ebay", "souk"), LATER)
    first = publishing.settle_publication(a_publication(PublicationStatus.LIVE))
    assert first is not None
    assert first.status is P
    both = first.settle_publication(Publication("souk", PublicationStatus.FAILED, error=NO_COLOUR))
    assert both is not None
    assert (both.status, both.due_at, both.error) == (L, None, None)


def test_a_listing_is_in_error_when_none_is_live() -> None:
    failed = in_status(P).settle_publication(a_publication(PublicationStatus.PUBLISHING).refused(NO_COLOUR))
    assert failed is not None
    assert (failed.status, failed.error) == (E, NO_COLOUR)


def test_the_last_ended_publication_removes_a_listing_that_is_being_deleted() -> None:
    deleting = in_status(L).request_deletion(LATER)
    assert deleting is not None
    assert deleting.settle_publication(a_publication(PublicationStatus.ENDED)) is None


def test_a_refused_end_leaves_the_listing_published() -> None:
    deleting = in_status(L).request_deletion(LATER)
    assert deleting is not None
    kept = deleting.settle_publication(deleting.publications["ebay"].refused(NO_COLOUR))
    assert kept is not None
    assert (kept.status, kept.deleting) == (L, False)


def test_deleting_ends_publications_that_may_be_live_too() -> None:
    unsure = replace(in_status(E), publications={"ebay": a_publication(PublicationStatus.UNCONFIRMED)})
    deleting = unsure.request_deletion(LATER)
    assert deleting is not None
    assert deleting.publications["ebay"].status is PublicationStatus.ENDING


def test_a_deletion_whose_search_failed_is_an_error() -> None:
    both = {
        "ebay": a_publication(PublicationStatus.UNCONFIRMED),
        "souk": Publication("souk", PublicationStatus.LIVE, external_id="s"),
    }
    deleting = replace(in_status(L), publications=both).request_deletion(LATER)
    assert deleting is not None
    unsure = deleting.settle_publication(deleting.publications["ebay"].unanswered(NO_COLOUR))
    assert unsure is not None
    kept = unsure.settle_publication(replace(deleting.publications["souk"], status=PublicationStatus.ENDED))
    assert kept is not None
    assert (kept.status, kept.error, kept.deleting) == (E, NO_COLOUR, False)


# Runs that vanish ----------------------------------------------------------------------------------------------------


def _restarted(listing: Listing, times: int) -> Listing:
    for _ in range(times):
        listing = listing.restart(LATER)
    return listing


@pytest.mark.parametrize("status", [G, P], ids=str)
def test_a_vanished_run_is_restarted_a_few_times_and_then_fails(status: Status) -> None:
    listing = in_status(status)
    again = _restarted(listing, MOST_RESTARTS)
    assert (again.status, again.run) == (status, listing.run + MOST_RESTARTS)
    over = again.restart(LATER)
    assert (over.status, over.due_at) == (E, None)
    assert over.error is not None


def test_a_revision_that_vanished_too_often_stays_live() -> None:
    over = _restarted(in_status(L).edit({"title": "Lens"}, NOW), MOST_RESTARTS + 1)
    assert (over.status, over.publications["ebay"].status) == (L, "live")


def test_ending_an_unconfirmed_publication_that_vanished_too_often_stays_unconfirmed() -> None:
    unsure = replace(in_status(E), publications={"ebay": a_publication(PublicationStatus.UNCONFIRMED)})
    deleting = unsure.request_deletion(NOW)
    assert deleting is not None
    over = _restarted(deleting, MOST_RESTARTS + 1)
    assert (over.status, over.publications["ebay"].status, over.deleting) == (E, "unconfirmed", False)


def test_a_run_works_too_long_after_an_hour() -> None:
    begun = in_status(G)
    assert not begun.works_too_long(NOW + timedelta(minutes=59))
    assert begun.works_too_long(NOW + timedelta(minutes=61))


def test_the_hash_of_media_depends_on_their_content() -> None:
    assert some_media("a").hash != some_media("b").hash
    assert waiting(a_listing(media=some_media("a")), R).content_hash != a_listing(media=some_media("b")).content_hash
