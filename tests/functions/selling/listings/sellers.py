"""A seller with listings in any status, for the tests of the functions."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from souk.selling.listings.model import Listing, Publication, Status
from souk.selling.photos.model import Photo, PhotoStatus
from souk.shared.clock import new_id, utc_now
from souk.wiring import listings
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Answer, Cloud, Person
from tests.unit.selling.listings.listing_builders import in_status

_KEYS = itertools.count()


class Seller:
    """A registered account that calls the listings functions, each call with a key of its own."""

    def __init__(self, cloud: Cloud, email: str = "john@example.com") -> None:
        self.cloud = cloud
        self.person = Person(register(cloud, email).id)

    @property
    def id(self) -> str:
        return self.person.id

    def call(
        self,
        function: str,
        listing_id: str | None = None,
        *,
        key: str | None = None,
        if_match: str = "*",
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Answer:
        given = {"idempotency-key": key or f"key-{next(_KEYS)}", "if-match": if_match, **(headers or {})}
        params = None if listing_id is None else {"id": listing_id}
        return self.cloud.call(function, caller=self.person, headers=given, params=params, **request)

    def create(self) -> str:
        answer = self.call("create_listing")
        assert answer.status == 201, answer.body
        made: str = answer.json["id"]
        return made

    def has(self, status: Status, **fields: Any) -> Listing:
        """A listing of this seller as its workflow has just left it in `status`."""
        listing = in_status(status)
        if listing.due_at:
            listing = listing.look_again(utc_now())
        listing = replace(listing, id=new_id(), user_id=self.id, **fields)
        listings.listing_repository().add(listing, None)
        return listing

    def listing(self, listing_id: str) -> Listing:
        return listings.listing_repository().get(self.id, listing_id)

    def connect(self, **credentials: str) -> None:
        """Connect eBay; by default with tokens that have not expired."""
        body = {"access_token": "access", "expires_at": "2099-01-01T00:00:00Z", **credentials}
        answer = self.cloud.call(
            "save_platform_credentials", caller=self.person, params={"platform": "ebay"}, json=body
        )
        assert answer.status in (200, 204), answer.body

    def stored(self, content: bytes, content_type: str = "image/jpeg") -> str:
        """Store a media object in the bucket; returns its hash."""
        return listings.media_store().put(content, content_type)


def ready_photo(content_hash: str) -> Photo:
    return Photo(new_id(), PhotoStatus.READY, "image/jpeg", utc_now(), content_hash)


def pending_photo() -> Photo:
    return Photo(new_id(), PhotoStatus.PENDING, "image/jpeg", utc_now())


def publications(listing: Listing, **changes: Any) -> dict[str, Publication]:
    return {name: replace(one, **changes) for name, one in listing.publications.items()}


def task_of(listing: Listing, **more: Any) -> dict[str, Any]:
    return {"owner_id": listing.user_id, "listing_id": listing.id, "run": listing.run, **more}
