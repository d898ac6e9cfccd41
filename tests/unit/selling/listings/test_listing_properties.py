"""After any actions in any order, a listing is in a valid state."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from souk.selling.listings.mapping import from_listing, to_listing
from souk.selling.listings.model import Listing, Media, MediaObject, Publication, PublicationStatus, Status, Wait
from souk.selling.photos.model import PhotoStatus
from souk.shared.errors import Conflict
from souk.shared.failure_reason import Failure
from souk.shared.money import Money
from tests.unit.selling.listings.listing_builders import NOW, a_listing, a_photo, some_media

LOST = Failure("outcome_unknown", "No answer.", "ebay", ({"code": "1", "message": "no"},))
_UNKNOWN = PublicationStatus.UNCONFIRMED
_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)

# A value for each field that is sent to a marketplace, and for each that is not.
OFFERED: dict[str, st.SearchStrategy[Any]] = {
    "title": _TEXT,
    "description": _TEXT,
    "category_id": st.sampled_from(["1", "2"]),
    "price": st.builds(
        lambda minor, currency: Money.from_minor(minor, currency), st.integers(1, 99), st.sampled_from(["USD", "JPY"])
    ),
    "quantity": st.integers(1, 3),
    "condition_id": st.sampled_from([1000, 3000]),
    "item_specifics": st.dictionaries(_TEXT, st.lists(_TEXT, min_size=1, max_size=2).map(tuple), max_size=2),
    "souk_category_id": st.sampled_from(["other", "cameras"]),
    "media": st.sampled_from([None, some_media("a"), some_media("b")]),
}
KEPT: dict[str, st.SearchStrategy[Any]] = {
    "image_prompt": _TEXT,
    "video_prompt": _TEXT,
    "photos": st.sampled_from([(), (a_photo(),), (a_photo(PhotoStatus.READY),)]),
    "status": st.sampled_from(Status),
    "error": st.sampled_from([None, LOST]),
    "approved_hash": st.sampled_from([None, "0" * 64]),
    "rejection_reason": st.sampled_from([None, "too dark"]),
    "deleting": st.booleans(),
    "run": st.integers(0, 9),
    "restarts": st.integers(0, 5),
    "wait": st.sampled_from([None, Wait("token", Status.APPROVED)]),
    "due_at": st.sampled_from([None, NOW]),
    "begun_at": st.sampled_from([None, NOW]),
    "version": st.integers(1, 9),
    "quantity_version": st.integers(1, 9),
    "updated_at": st.just(NOW + timedelta(seconds=1)),
    "publications": st.sampled_from(
        [
            {},
            {"ebay": Publication("ebay", PublicationStatus.PUBLISHING)},
            {"ebay": Publication("ebay", PublicationStatus.PUBLISHING, sent=True)},
            {
                "ebay": Publication(
                    "ebay",
                    PublicationStatus.LIVE,
                    2,
                    "110",
                    "https://www.ebay.com/itm/110",
                    ({"name": "InsertionFee", "amount": Decimal("0.35"), "currency": "USD"},),
                    ({"code": "21917", "message": "look"},),
                    LOST,
                )
            },
        ]
    ),
}
_LISTINGS = st.fixed_dictionaries({**OFFERED, **KEPT}).map(lambda values: a_listing(**values))


def _offer(listing: Listing) -> dict[str, Any]:
    return {name: getattr(listing, name) for name in OFFERED} | {"description": listing.offered_description}


def test_every_field_is_classed_as_offered_or_kept() -> None:
    fixed = {"id", "user_id", "created_at", "enriched_description"}
    assert {field.name for field in fields(Listing)} == OFFERED.keys() | KEPT.keys() | fixed


@given(_LISTINGS, st.sampled_from(sorted(OFFERED)), st.data())
def test_the_content_hash_changes_with_every_field_that_is_offered(
    listing: Listing, name: str, data: st.DataObject
) -> None:
    changed = replace(listing, **{name: data.draw(OFFERED[name])})
    assert (changed.content_hash == listing.content_hash) == (_offer(changed) == _offer(listing))


@given(_LISTINGS, st.sampled_from(sorted(KEPT)), st.data())
def test_the_content_hash_does_not_change_with_any_other(listing: Listing, name: str, data: st.DataObject) -> None:
    assert replace(listing, **{name: data.draw(KEPT[name])}).content_hash == listing.content_hash


@given(_LISTINGS, st.one_of(st.none(), _TEXT))
def test_a_listing_survives_a_round_trip_through_its_item(listing: Listing, text: str | None) -> None:
    written = replace(listing, enriched_description=text)
    assert to_listing(from_listing(written)) == written


@given(_LISTINGS)
def test_only_listings_with_due_at_are_in_the_index_due(listing: Listing) -> None:
    item = from_listing(listing)
    assert ("due_shard" in item) == ("due_at" in item) == (listing.due_at is not None)
    assert None not in item.values()


class Life(RuleBasedStateMachine):
    """Owner, workflow, marketplaces and sweeper do anything at any time. `run_over` is the workflow's side of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.listing: Listing | None = a_listing()
        self.now = NOW
        self.photos = 0
        self.may_be_up: set[str] = set()

    def _do(self, moved: Listing | None) -> None:
        if moved is not self.listing:
            self.now += timedelta(seconds=1)
        self.listing = moved

    def _try(self, act: Any) -> None:
        assert self.listing is not None
        try:
            moved = act(self.listing)
        except Conflict:
            return
        self._do(moved)

    exists = precondition(lambda self: self.listing is not None)

    @precondition(lambda self: self.listing is None)
    @rule()
    def create(self) -> None:
        self.listing = a_listing()

    @exists
    @rule(changes=st.sampled_from([{"title": "Lens"}, {"quantity": 2}, {"item_specifics": {"Brand": ("Pentax",)}}]))
    def edit(self, changes: dict[str, Any]) -> None:
        self._try(lambda one: one.edit(changes, self.now))

    @exists
    @rule()
    def edit_sources(self) -> None:
        self._try(lambda one: one.edit_sources({"image_prompt": "in the sun"}))

    @exists
    @rule()
    def add_photo(self) -> None:
        self.photos += 1
        self._try(lambda one: one.add_photos((a_photo(photo_id=str(self.photos)),), self.now))

    @exists
    @rule(status=st.sampled_from([PhotoStatus.READY, PhotoStatus.REJECTED]))
    def settle_photo(self, status: PhotoStatus) -> None:
        assert self.listing is not None
        for photo in self.listing.pending_photos[:1]:
            self._do(self.listing.settle_photo(a_photo(status, photo.id)))

    @exists
    @rule()
    def generate(self) -> None:
        self._try(lambda one: one.request_media(self.now))

    @exists
    @rule()
    def approve(self) -> None:
        self._try(lambda one: one.approve(None))

    @exists
    @rule()
    def reject(self) -> None:
        self._try(lambda one: one.reject("no"))

    @exists
    @rule(names=st.sampled_from([("ebay",), ("ebay", "souk")]))
    def publish(self, names: tuple[str, ...]) -> None:
        self._try(lambda one: one.request_publication(names, self.now))

    @exists
    @rule()
    def delete(self) -> None:
        self._try(lambda one: one.request_deletion(self.now))

    @exists
    @rule(name=st.sampled_from("ab"), fails=st.booleans())
    def make_media(self, name: str, fails: bool) -> None:
        assert self.listing is not None
        if self.listing.status is not Status.GENERATING:
            return
        if fails:
            self._do(self.listing.fail(LOST))
            return
        image = MediaObject(name * 64, "image/jpeg", "main")
        made = replace(self.listing, status=Status.MEDIA_READY, media=Media((image,), None), due_at=None, restarts=0)
        self._do(replace(made, approved_hash=None, error=None, enriched_description="For sale"))

    @exists
    @rule()
    def wait(self) -> None:
        assert self.listing is not None
        if self.listing.status in (Status.MEDIA_READY, Status.APPROVED, Status.ERROR):
            self._do(replace(self.listing, wait=Wait("token", self.listing.status)))

    @exists
    @rule(last=st.booleans())
    def send(self, last: bool) -> None:
        """The workflow sends an attempt and then vanishes."""
        assert self.listing is not None
        publishing = [one for one in self.listing.publications_at_work if one.status is PublicationStatus.PUBLISHING]
        if publishing:
            one = publishing[-1 if last else 0]
            self.may_be_up.add(one.marketplace)
            self._do(self.listing.settle_publication(replace(one, sent=True)))

    @exists
    @rule(answer=st.sampled_from(["yes", "no", "silence"]), last=st.booleans())
    def answer(self, answer: str, last: bool) -> None:
        assert self.listing is not None
        if not self.listing.publications_at_work:
            return
        one = self.listing.publications_at_work[-1 if last else 0]
        if answer == "yes":
            self.may_be_up.discard(one.marketplace)
        settled = {"no": one.refused, "silence": one.unanswered}.get(answer, lambda _failure: _agreed(one))(LOST)
        self._do(self.listing.settle_publication(settled))

    @exists
    @rule()
    def vanish(self) -> None:
        assert self.listing is not None
        if self.listing.needs_workflow:
            self._do(self.listing.restart(self.now))

    @invariant()
    def it_can_exist(self) -> None:
        listing = self.listing
        if listing is None:
            assert self.may_be_up == set(), "something may be up that nobody would look for"
            return
        for name in self.may_be_up:
            assert listing.publications[name].sent
        assert listing.needs_workflow <= (listing.due_at is not None), "nobody would look after it"
        assert (listing.due_at is not None) <= (listing.needs_workflow or bool(listing.pending_photos))
        assert (listing.status is Status.APPROVED) <= listing.is_approved
        assert (listing.status is Status.PUBLISHED) <= any(one.up for one in listing.publications.values())
        assert (listing.status is Status.PUBLISHING) <= bool(listing.publications_at_work)
        assert (listing.status is Status.ERROR) == (listing.error is not None)
        assert listing.deleting <= bool(listing.publications_at_work)
        assert listing.wait is None or listing.wait.status is listing.status
        assert (listing.status in (Status.MEDIA_READY, Status.APPROVED)) <= (listing.media is not None)
        for one in listing.publications.values():
            assert one.up <= (one.external_id is not None or one.status is PublicationStatus.ENDING)
            assert one.sent <= (one.external_id is None and (one.at_work or one.status is _UNKNOWN))

    @invariant()
    def it_comes_back_from_the_table(self) -> None:
        assert self.listing is None or to_listing(from_listing(self.listing)) == self.listing


def _agreed(one: Publication) -> Publication:
    if one.status is PublicationStatus.ENDING:
        return replace(one, status=PublicationStatus.ENDED, error=None, sent=False)
    return replace(one, status=PublicationStatus.LIVE, external_id=one.external_id or "110", error=None, sent=False)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=40)
