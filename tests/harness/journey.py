"""The main job as a client does it, one use case after the other, and the claims that must hold at its end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from souk.selling.listings.model import Listing, Status
from souk.selling.photos.model import PhotoStatus
from tests.harness.interpreter import AwaitToken
from tests.harness.simulation import Answer, Stuck
from tests.harness.world import LISTINGS, World

NEW_LISTING = {
    "title": "Pentax K1000 camera",
    "description": "A mechanical SLR that works.",
    "category_id": "15230",
    "price": 149.5,
    "quantity": 1,
    "condition_id": 3000,
    "image_prompt": "on a wooden table",
    "item_specifics": {"Brand": "Pentax"},
}
NEW_TITLE = "Pentax K1000 camera, serviced"
BOUNDARY = "souk-sample-boundary"
_MOST_MOVES = 12


@dataclass
class Journey:
    """A client with one listing. Every use case is a method; each call has a key of its own."""

    world: World
    name: str = "client"
    id: str = ""
    _keys: int = field(default=0, repr=False)

    # Use cases -------------------------------------------------------------------------------------------------------

    def create(self) -> None:
        answer = self._post("create_listing", body=NEW_LISTING)
        assert answer.status == 201, answer
        self.id = answer.body["id"]

    def announce_photo(self) -> None:
        answer = self._post("add_photos", body={"files": [{"content_type": "image/jpeg", "size": 99}]})
        assert answer.status == 201, answer
        for upload in answer.body["uploads"]:
            self.world.bucket.upload(upload["fields"]["key"], b"picture announced", "image/jpeg")

    def send_photo(self) -> None:
        content_type = f"multipart/form-data; boundary={BOUNDARY}"
        body = multipart(("file", "photo.jpg", "image/jpeg", b"picture sent"))
        answer = self._post("add_photos", body=body, content_type=content_type)
        assert answer.status == 201, answer

    def generate(self) -> None:
        assert self._post("generate_media").status == 202

    def approve(self) -> None:
        assert self._post("approve_media", body={}).status == 200

    def publish(self) -> None:
        assert self._post("publish_listing", body={}).status == 202

    def edit(self) -> None:
        """Edits have no key: a client whose answer was lost may find that its edit is already in progress."""
        before = len(self.world.answers)
        answer = self.world.persist("update_listing", self.id, body={"title": NEW_TITLE})
        if answer.status == 409:
            assert len(self.world.answers) > before + 1 or self.world.faults.struck, answer
            assert self.listing.title == NEW_TITLE
            return
        assert answer.status in (200, 202), answer

    def delete(self) -> None:
        answer = self.world.persist("delete_listing", self.id)
        assert answer.status in (202, 204, 404), answer

    # The whole journey -----------------------------------------------------------------------------------------------

    @property
    def listing(self) -> Listing:
        found = self.world.listing(self.id)
        assert found is not None, "the listing is lost"
        return found

    def go_on(self, until: Status) -> None:
        """Do the next use case, again and again, until the listing is in the status `until`."""
        moves: Mapping[Status, Callable[[], None]] = {
            Status.DRAFT: self.generate,
            Status.MEDIA_READY: self.approve,
            Status.APPROVED: self.publish,
            Status.ERROR: self._correct,
        }
        for _ in range(_MOST_MOVES):
            self.world.settle()
            status = self.listing.status
            if status is until:
                return
            assert status in moves, f"stuck in {status}"
            moves[status]()
        raise Stuck(f"never {until}")

    def _correct(self) -> None:
        failure = self.listing.error
        assert failure is not None, "an error says what it is"
        assert failure.detail
        if self.listing.media is None:
            self.generate()
        else:
            self.approve()

    def _post(self, function: str, **request: Any) -> Answer:
        self._keys += 1
        return self.world.persist(function, self.id, key=f"{self.name}-{self._keys}", **request)


def published(world: World) -> Journey:
    """A published listing with a photo."""
    journey = Journey(world)
    journey.create()
    journey.announce_photo()
    journey.go_on(Status.PUBLISHED)
    return journey


def claim_published(journey: Journey) -> None:
    """One listing here and one at the marketplace, with equal content; media stored; no work left; no token left."""
    world, listing = journey.world, journey.listing
    assert world.listing_ids() == [journey.id]
    assert listing.status is Status.PUBLISHED
    assert len(world.ebay.items) == 1, f"{len(world.ebay.items)} listings were made"
    [item] = world.ebay.live
    assert listing.publications["ebay"].external_id == item.id
    assert item.title == listing.title
    claim_media_stored(world, listing)
    claim_at_rest(world)


def claim_gone(journey: Journey) -> None:
    """No listing here, and no live one at the marketplace."""
    assert journey.world.listing_ids() == []
    assert journey.world.ebay.live == []
    claim_at_rest(journey.world)


def claim_media_stored(world: World, listing: Listing) -> None:
    assert listing.media is not None
    assert listing.media.video is not None
    photos = [photo for photo in listing.photos if photo.status is PhotoStatus.READY]
    made = (*listing.media.images, listing.media.video)
    wanted = [*(one.content_hash for one in made), *(one.content_hash for one in photos)]
    assert [one for one in wanted if f"media/{one}" not in world.bucket.objects] == []


def claim_at_rest(world: World) -> None:
    """Nothing is due and no workflow runs; a task token is in `wait` of a waiting listing and nowhere else."""
    running = [one for one in world.engine.executions.values() if one.status == "RUNNING"]
    assert [one.name for one in running if not isinstance(one.pause, AwaitToken)] == []
    items = world.store.items(LISTINGS)
    assert [item["sk"] for item in items if "due_at" in item] == []
    elsewhere = [{name: part for name, part in item.items() if name != "wait"} for item in items]
    seen = [answer.body for answer in world.answers]
    assert "task-token" not in json.dumps([elsewhere, seen])


def multipart(*parts: tuple[str, str, str, bytes]) -> bytes:
    """A multipart/form-data body of (field, file name, content type, bytes), with `BOUNDARY`."""
    written = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, file, content_type, content in parts
    ]
    return b"".join(written) + f"--{BOUNDARY}--\r\n".encode()
