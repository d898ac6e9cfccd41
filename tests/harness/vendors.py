"""A marketplace that behaves like eBay towards keys, and a studio that makes small media at once or later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from souk.selling.marketplaces.model import AttemptSpent, Fee, FeeQuote, ListingOffer, PublicationEnded, Published
from souk.selling.media.model import GeneratedImage, MediaBrief, MediaTransient, VideoJob
from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused, VendorThrottled
from souk.shared.money import Money
from tests.harness.faults import Failures, Faults


@dataclass
class Item:
    """A listing at the marketplace."""

    id: str
    key: str
    listing_id: str
    title: str
    live: bool = True


@dataclass
class FakeEbay:
    """A key is used up by the item it made. Nothing else keeps it from making a second one: there is no other net.

    `refuse` is what it says to everything, `refuse_revisions` to newer words only. With `last_words` it takes one more
    listing in, and that is what it says to everything then. What is sold just before each revision
    `ends_before_revisions`. When mute it does what it is asked
    and never answers; when deaf it does nothing either.
    """

    faults: Faults
    items: list[Item] = field(default_factory=list)
    refuse: str | None = None
    refuse_revisions: str | None = None
    last_words: str | None = None
    ends_before_revisions: bool = False
    mood: Literal["well", "mute", "deaf"] = "well"

    def verify(self, offer: ListingOffer) -> FeeQuote:
        return self._call("verify", lambda: FeeQuote(_fees(offer)))

    def publish(self, offer: ListingOffer, key: str) -> Published:
        return self._call("publish", lambda: self._publish(offer, key))

    def find(self, listing_id: str) -> Published | None:
        return self._call("find", lambda: self._find(listing_id))

    def revise(self, external_id: str, offer: ListingOffer) -> Published:
        return self._call("revise", lambda: self._revise(external_id, offer))

    def end(self, external_id: str) -> None:
        self._call("end", lambda: self._end(external_id))

    @property
    def live(self) -> list[Item]:
        return [item for item in self.items if item.live]

    def _publish(self, offer: ListingOffer, key: str) -> Published:
        self._judge(self.refuse)
        for picture in offer.pictures:
            picture.load()
        self.refuse = self.last_words
        # From here on nothing can come between: a key is looked up and used in one.
        used = next((item for item in self.items if item.key == key), None)
        if used is not None and used.live:
            return _published(used, recovered=True)
        if used is not None:
            raise AttemptSpent("ebay", [VendorProblem("488", "The specified UUID has already been used.")])
        item = Item(str(110_000_000_000 + len(self.items)), key, offer.listing_id, offer.title)
        self.items.append(item)
        return _published(item, fees=_fees(offer))

    def _find(self, listing_id: str) -> Published | None:
        self._judge(self.refuse)
        found = next((item for item in self.live if item.listing_id == listing_id), None)
        return _published(found, recovered=True) if found else None

    def _revise(self, external_id: str, offer: ListingOffer) -> Published:
        self._judge(self.refuse or self.refuse_revisions)
        item = next(item for item in self.items if item.id == external_id)
        item.live = item.live and not self.ends_before_revisions
        if not item.live:
            raise PublicationEnded("ebay", [VendorProblem("291", "You are not allowed to revise ended listings.")])
        item.title = offer.title
        return _published(item)

    def _end(self, external_id: str) -> None:
        self._judge(self.refuse)
        next(item for item in self.items if item.id == external_id).live = False

    def _answered(self, answer: Any) -> Any:
        if self.mood == "mute":
            raise VendorFailed("ebay", "eBay did not answer in time.")
        return answer

    def _judge(self, words: str | None) -> None:
        if self.mood == "deaf":
            raise VendorFailed("ebay", "eBay did not answer.")
        if words is not None:
            raise VendorRefused("ebay", [VendorProblem("240", words)])

    def _call[T](self, name: str, effect: Callable[[], T]) -> T:
        answer = self.faults.around(
            f"ebay:{name}",
            lambda: self._answered(effect()),
            Failures(
                refused=lambda: VendorFailed("ebay", "eBay did not answer."),
                lost=lambda: VendorFailed("ebay", "eBay did not answer in time."),
                busy=lambda: VendorThrottled("ebay", "Call limit."),
            ),
        )
        return cast(T, answer)


@dataclass
class FakeStudio:
    """Media from the brief's words alone. With `polls` above zero a video takes that many looks."""

    faults: Faults
    polls: int = 1
    looks: dict[str, int] = field(default_factory=dict)
    refuse: VendorRefused | None = None

    def generate_images(self, brief: MediaBrief) -> tuple[GeneratedImage, ...]:
        return self._call("generate_images", lambda: self._images(brief))

    def start_video(self, brief: MediaBrief, key: str) -> VideoJob:
        return self._call("start_video", lambda: self._start(brief, key))

    def poll_video(self, job_id: str) -> VideoJob:
        return self._call("poll_video", lambda: self._poll(job_id))

    def enrich_description(self, brief: MediaBrief) -> str:
        return self._call("enrich_description", lambda: f"For sale: {brief.title}")

    def _images(self, brief: MediaBrief) -> tuple[GeneratedImage, ...]:
        if self.refuse is not None:
            raise self.refuse
        seen = b"".join(photo.load() for photo in brief.photos)
        return tuple(
            GeneratedImage(role, f"{role} of {brief.image_prompt}".encode() + seen[:8], "image/jpeg", 1600, 1600)
            for role in ("main", "detail", "styled")
        )

    def _start(self, brief: MediaBrief, key: str) -> VideoJob:
        for photo in brief.photos:
            photo.load()
        self.looks.setdefault(key, 0)
        return VideoJob(key, None if self.polls else b"film of " + brief.title.encode())

    def _poll(self, job_id: str) -> VideoJob:
        self.looks[job_id] += 1
        return VideoJob(job_id, b"film " + job_id.encode() if self.looks[job_id] >= self.polls else None)

    def _call[T](self, name: str, effect: Callable[[], T]) -> T:
        answer = self.faults.around(
            f"studio:{name}",
            effect,
            Failures(
                refused=lambda: MediaTransient("studio", "The studio stumbled."),
                lost=lambda: MediaTransient("studio", "The studio did not answer in time."),
                busy=lambda: VendorThrottled("studio", "Slow down."),
            ),
        )
        return cast(T, answer)


def _fees(offer: ListingOffer) -> tuple[Fee, ...]:
    return (Fee("InsertionFee", Money.from_minor(35, offer.price.currency)),)


def _published(item: Item, *, fees: tuple[Fee, ...] = (), recovered: bool = False) -> Published:
    return Published(item.id, f"https://www.ebay.com/itm/{item.id}", fees, (), recovered)
