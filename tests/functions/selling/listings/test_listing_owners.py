"""No caller sees or changes another owner's listing, and every unknown id is a 404."""

from __future__ import annotations

from typing import Any

import pytest

from souk.selling.listings.model import Status
from tests.functions.cloud import Cloud, Person, sample
from tests.functions.selling.listings.sellers import Seller

ON_ONE: dict[str, Any] = {
    "get_listing": None,
    "update_listing": {"title": "Mine"},
    "delete_listing": None,
    "add_photos": {"files": [{"content_type": "image/jpeg", "size": 9}]},
    "generate_media": None,
    "approve_media": {},
    "reject_media": {},
    "preflight_listing": {},
    "publish_listing": {},
}
HOSTILE = ["unknown", "", " ", "..", "LISTING#", "x" * 2000, "é" * 600, "\ud800", "a\0b", "'; --", "%2e%2e", "{{7*7}}"]


@pytest.mark.parametrize("function", ON_ONE)
def test_another_owners_listing_is_not_found_and_not_changed(cloud: Cloud, john: Seller, function: str) -> None:
    bea = Seller(cloud, "bea@example.com")
    bea.connect()
    listing = john.has(Status.APPROVED)
    answer = bea.call(function, listing.id, json=ON_ONE[function])
    assert (answer.status, answer.json["error"]) == (404, "not_found")
    assert john.listing(listing.id) == listing


@pytest.mark.parametrize("listing_id", HOSTILE, ids=lambda one: ascii(one)[:12])
@pytest.mark.parametrize("function", ON_ONE)
def test_an_unknown_id_is_not_found(cloud: Cloud, john: Seller, function: str, listing_id: str) -> None:
    john.connect()
    before = cloud.items("ListingsTable")
    assert john.call(function, listing_id, json=ON_ONE[function]).status == 404
    assert cloud.items("ListingsTable") == before


@pytest.mark.parametrize("function", [*ON_ONE, "create_listing", "list_listings"])
def test_without_a_token_every_call_is_refused(cloud: Cloud, function: str) -> None:
    event = sample(function)
    del event["requestContext"]["authorizer"]
    answer = cloud.invoke(function, event)
    assert answer["statusCode"] == 401
    assert [call for call in cloud.calls if call.service == "dynamodb"] == []


def test_a_list_shows_the_callers_listings_only(cloud: Cloud, john: Seller) -> None:
    john.create()
    assert Seller(cloud, "bea@example.com").call("list_listings", query={}).json["data"] == []


def test_no_role_is_needed_to_list_and_sell(cloud: Cloud) -> None:
    caller = Person("01890000-0000-7000-8000-0000000000ff", roles=("user",))
    assert cloud.call("create_listing", caller=caller).status == 201
