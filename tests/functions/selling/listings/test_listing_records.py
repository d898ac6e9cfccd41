"""Create, read, list, change and delete."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from souk.selling.listings.model import PublicationStatus, Status
from tests.functions.cloud import Cloud, sample
from tests.functions.selling.listings.sellers import Seller, publications, ready_photo

SAMPLE: dict[str, Any] = json.loads(sample("create_listing")["body"])
REQUIRED = ("title", "description", "category_id", "price", "quantity", "condition_id", "image_prompt")


# Create --------------------------------------------------------------------------------------------------------------


def test_the_sample_event_creates_a_draft(cloud: Cloud) -> None:
    reply = cloud.invoke("create_listing", sample("create_listing"))
    body = json.loads(reply["body"])
    assert reply["statusCode"] == 201
    assert reply["headers"]["Location"] == f"/api/v1/listings/{body['id']}"
    assert reply["headers"]["ETag"] == '"1"'
    assert (body["status"], body["version"], body["price"], body["currency"]) == ("draft", 1, 149.5, "USD")
    assert body["item_specifics"] == {"Brand": ["Pentax"], "Type": ["SLR"], "Model": ["K1000"]}
    assert (body["media"], body["publications"], body["error"]) == (
        {"image_urls": [], "video_url": None, "hash": None},
        [],
        None,
    )


def test_the_answer_is_equal_to_a_later_read(cloud: Cloud, john: Seller) -> None:
    made = john.call("create_listing")
    assert john.call("get_listing", made.json["id"]).json == made.json


def test_a_repeated_call_answers_the_same_listing(cloud: Cloud, john: Seller) -> None:
    first = john.call("create_listing", key="k", json=SAMPLE)
    again = john.call("create_listing", key="k", json=SAMPLE)
    assert (again.status, again.json["id"]) == (201, first.json["id"])
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


def test_a_key_with_another_body_is_refused_and_creates_nothing(cloud: Cloud, john: Seller) -> None:
    john.call("create_listing", key="k", json=SAMPLE)
    before = cloud.items("ListingsTable")
    answer = john.call("create_listing", key="k", json={**SAMPLE, "title": "Another"})
    assert (answer.status, answer.json["error"]) == (422, "idempotency_key_reused")
    assert cloud.items("ListingsTable") == before


def test_a_key_belongs_to_its_caller(cloud: Cloud, john: Seller) -> None:
    bea = Seller(cloud, "bea@example.com")
    first = john.call("create_listing", key="k", json=SAMPLE)
    assert bea.call("create_listing", key="k", json=SAMPLE).json["id"] != first.json["id"]


@pytest.mark.parametrize("name", REQUIRED)
def test_every_required_field_is_asked_for(cloud: Cloud, john: Seller, name: str) -> None:
    answer = john.call("create_listing", json={key: value for key, value in SAMPLE.items() if key != name})
    assert (answer.status, [one["field"] for one in answer.json["errors"]]) == (400, [name])


def test_all_missing_fields_are_named_at_once(cloud: Cloud, john: Seller) -> None:
    answer = john.call("create_listing", json={})
    assert {one["field"] for one in answer.json["errors"]} == set(REQUIRED)


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 81),
        ("title", "two\nlines"),
        ("title", "nul\x00"),
        ("title", 7),
        ("title", None),
        ("description", ""),
        ("description", "x" * 50_001),
        ("description", "\x1b[31m"),
        ("category_id", "cameras"),
        ("category_id", "152\n30"),
        ("category_id", 15230),
        ("price", 0),
        ("price", -1),
        ("price", 1.999),
        ("price", 1e300),
        ("price", True),
        ("price", "free"),
        ("currency", "usd"),
        ("currency", "USDOLLAR"),
        ("currency", "XXX"),
        ("currency", "XAU"),
        ("currency", "DEM"),
        ("quantity", 0),
        ("quantity", 1.5),
        ("quantity", "1"),
        ("quantity", 10**30),
        ("quantity", True),
        ("condition_id", 0),
        ("condition_id", True),
        ("condition_id", "3000"),
        ("image_prompt", ""),
        ("image_prompt", "x" * 1001),
        ("video_prompt", "x" * 1001),
        ("item_specifics", []),
        ("item_specifics", {"": ["x"]}),
        ("item_specifics", {"Brand": []}),
        ("item_specifics", {"Brand": [""]}),
        ("item_specifics", {"Brand": [7]}),
        ("item_specifics", {"Brand": ["x"] * 31}),
        ("item_specifics", {str(number): ["x"] for number in range(46)}),
        ("souk_category_id", "../etc"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bad_input_is_a_400_that_names_the_field_and_nothing_is_stored(
    cloud: Cloud, john: Seller, field: str, bad: Any
) -> None:
    answer = john.call("create_listing", json={**SAMPLE, field: bad})
    assert answer.status == 400
    assert any(one["field"].split(".")[0] in (field, "body") for one in answer.json["errors"])
    assert cloud.items("ListingsTable") == []


def test_a_refusal_names_the_first_of_many_fields_and_says_how_many_more_there_are(john: Seller) -> None:
    """An answer of a function has at most 6 MB, and a body may have more fields than fit in it."""
    wrong = {f"{number} {'long' * 100}": 7 for number in range(240)}
    answer = john.call("create_listing", json={**SAMPLE, "item_specifics": wrong})
    errors = answer.json["errors"]
    assert (answer.status, len(errors)) == (400, 100)
    assert {one["code"] for one in errors} == {"wrong_type", "too_long"}
    assert {len(one["field"]) for one in errors} == {200}
    assert errors[0]["field"].startswith("item_specifics.0 long")
    assert answer.json["detail"].endswith("; and 475 more")
    assert len(answer.body) < 40_000


@pytest.mark.parametrize(
    ("currency", "price", "status"),
    [("JPY", 100, 201), ("JPY", 1.5, 400), ("KWD", 1.99, 201), ("KWD", 1.234, 400), ("MGA", 100.5, 400)],
)
def test_a_price_has_the_decimals_in_which_its_currency_can_be_paid(
    cloud: Cloud, john: Seller, currency: str, price: float, status: int
) -> None:
    answer = john.call("create_listing", json={**SAMPLE, "currency": currency, "price": price})
    assert answer.status == status
    if status == 201:
        assert john.call("get_listing", answer.json["id"]).json["price"] == price
    else:
        assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [("price", "too_precise")]


@pytest.mark.parametrize(
    "text", ["Größe 日本語 🎥", "<script>alert(1)</script>", "'; DROP TABLE --", "${jndi:x}", "{{7*7}}"]
)
def test_text_comes_back_as_it_was_sent(cloud: Cloud, john: Seller, text: str) -> None:
    made = john.call("create_listing", json={**SAMPLE, "title": text}).json
    assert john.call("get_listing", made["id"]).json["title"] == text


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"[" * 50_000], ids=["nothing", "half", "list", "bytes", "deep"]
)
def test_a_body_that_is_not_a_listing_is_a_400(cloud: Cloud, john: Seller, body: bytes) -> None:
    assert john.call("create_listing", body=body).status == 400


def test_another_media_type_is_a_415(cloud: Cloud, john: Seller) -> None:
    assert john.call("create_listing", body=b"<x/>", headers={"content-type": "text/xml"}).status == 415


# Read ----------------------------------------------------------------------------------------------------------------


def test_a_listing_is_read_with_urls_of_all_its_media(cloud: Cloud, john: Seller) -> None:
    listing = john.has(Status.MEDIA_READY, photos=(ready_photo("a" * 64),))
    answer = john.call("get_listing", listing.id)
    body = answer.json
    assert (answer.status, answer.headers["etag"]) == (200, f'"{listing.version}"')
    assert listing.media is not None
    assert body["media"]["hash"] == listing.media.hash
    assert f"media/{listing.media.images[0].content_hash}?" in body["media"]["image_urls"][0]
    assert "X-Amz-Expires=900" in body["media"]["video_url"]
    assert body["photos"][0]["status"] == "ready"
    assert "token" not in json.dumps(body)


def test_a_list_is_newest_first_and_pages_without_gaps_while_others_are_added(cloud: Cloud, john: Seller) -> None:
    made = [john.create() for _ in range(7)]
    first = john.call("list_listings", query={"limit": "3"}).json
    newer = john.create()
    second = john.call("list_listings", query={"limit": "3", "cursor": first["next_cursor"]}).json
    third = john.call("list_listings", query={"limit": "3", "cursor": second["next_cursor"]}).json
    seen = [one["id"] for page in (first, second, third) for one in page["data"]]
    assert seen == made[::-1]
    assert newer not in seen
    assert third["next_cursor"] is None


def test_a_list_of_one_status_pages_too(cloud: Cloud, john: Seller) -> None:
    drafts = [john.create() for _ in range(3)]
    john.has(Status.MEDIA_READY)
    first = john.call("list_listings", query={"limit": "2", "status": "draft"}).json
    rest = john.call("list_listings", query={"limit": "2", "status": "draft", "cursor": first["next_cursor"]}).json
    assert [one["id"] for one in first["data"] + rest["data"]] == drafts[::-1]
    assert {one["status"] for one in first["data"]} == {"draft"}


def test_a_list_carries_the_first_picture_only(cloud: Cloud, john: Seller) -> None:
    john.has(Status.MEDIA_READY, photos=(ready_photo("a" * 64), ready_photo("b" * 64)))
    [one] = john.call("list_listings", query={}).json["data"]
    assert (len(one["media"]["image_urls"]), one["photos"], one["media"]["video_url"]) == (1, [], None)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "many"},
        {"status": "sold"},
        {"status": "draft,error"},
        {"cursor": "%%%"},
        {"cursor": base64.urlsafe_b64encode(b'{"pk":"USER#other"}').decode()},
        {"cursor": base64.urlsafe_b64encode(b'{"id":"\\ud800"}').decode()},
        {"cursor": "x" * 1025},
    ],
    ids=str,
)
def test_a_bad_query_is_a_400(cloud: Cloud, john: Seller, query: dict[str, str]) -> None:
    assert john.call("list_listings", query=query).status == 400


def test_a_cursor_of_another_owner_shows_nothing_of_that_owner(cloud: Cloud, john: Seller) -> None:
    bea = Seller(cloud, "bea@example.com")
    for _ in range(3):
        bea.create()
    cursor = bea.call("list_listings", query={"limit": "1"}).json["next_cursor"]
    mine = john.create()
    found = john.call("list_listings", query={"cursor": cursor}).json["data"]
    assert {one["id"] for one in found} <= {mine}


# Change --------------------------------------------------------------------------------------------------------------


def test_the_sample_change_is_made_and_counted(cloud: Cloud, john: Seller) -> None:
    listing_id = john.create()
    answer = john.call("update_listing", listing_id, if_match='"1"')
    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    assert (answer.json["price"], answer.json["item_specifics"]) == (139, {"Brand": ["Pentax"], "Colour": ["Black"]})


def test_a_lost_update_is_a_412_and_nothing_changes(cloud: Cloud, john: Seller) -> None:
    listing_id = john.create()
    john.call("update_listing", listing_id, json={"title": "First"})
    for function, body in (("update_listing", {"title": "Second"}), ("delete_listing", None)):
        answer = john.call(function, listing_id, if_match='"1"', json=body)
        assert (answer.status, answer.json["error"]) == (412, "lost_update")
    assert john.listing(listing_id).title == "First"


@pytest.mark.parametrize(
    "body", [{}, {"title": None}, {"colour": "red"}, {"price": 1.999, "currency": "USD"}, {"remove_photos": 7}]
)
def test_an_empty_change_or_a_null_is_a_400(cloud: Cloud, john: Seller, body: dict[str, Any]) -> None:
    listing_id = john.create()
    assert john.call("update_listing", listing_id, json=body).status == 400
    assert john.listing(listing_id).version == 1


@pytest.mark.parametrize(
    "change",
    [{"currency": "JPY"}, {"price": 1.999}, {"price": 1.5, "currency": "JPY"}, {"price": 1.234, "currency": "KWD"}],
    ids=str,
)
def test_a_price_that_does_not_fit_what_is_stored_is_a_400(cloud: Cloud, john: Seller, change: dict[str, Any]) -> None:
    answer = john.call("update_listing", john.create(), json=change)
    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "price")


def test_an_edit_voids_an_approval(cloud: Cloud, john: Seller) -> None:
    answer = john.call("update_listing", john.has(Status.APPROVED).id, json={"title": "Other"})
    assert answer.json["status"] == "media_ready"


def test_a_new_prompt_drops_the_media(cloud: Cloud, john: Seller) -> None:
    answer = john.call("update_listing", john.has(Status.MEDIA_READY).id, json={"image_prompt": "in the sun"})
    assert (answer.json["status"], answer.json["media"]["hash"]) == ("draft", None)


def test_a_photo_is_removed_and_an_unknown_one_is_a_404(cloud: Cloud, john: Seller) -> None:
    photo = ready_photo("a" * 64)
    listing = john.has(Status.DRAFT, photos=(photo,))
    assert john.call("update_listing", listing.id, json={"remove_photos": ["unknown"]}).status == 404
    assert john.call("update_listing", listing.id, json={"remove_photos": [photo.id]}).json["photos"] == []


def test_a_published_listing_is_revised_and_says_so(cloud: Cloud, john: Seller) -> None:
    listing = john.has(Status.PUBLISHED)
    answer = john.call("update_listing", listing.id, json={"title": "Other"})
    assert (answer.status, answer.json["publications"][0]["status"]) == (202, "revising")
    assert answer.headers["location"] == f"/api/v1/listings/{listing.id}"


@pytest.mark.parametrize("status", [Status.GENERATING, Status.PUBLISHING], ids=str)
def test_a_listing_in_progress_is_neither_changed_nor_deleted(cloud: Cloud, john: Seller, status: Status) -> None:
    listing = john.has(status)
    for function, body in (("update_listing", {"title": "Other"}), ("delete_listing", None)):
        answer = john.call(function, listing.id, json=body)
        assert (answer.status, answer.json["error"]) == (409, "invalid_state")


# Delete --------------------------------------------------------------------------------------------------------------


def test_a_draft_is_deleted_at_once(cloud: Cloud, john: Seller) -> None:
    listing_id = john.create()
    assert (john.call("delete_listing", listing_id).status, john.call("get_listing", listing_id).status) == (204, 404)


def test_a_published_listing_is_ended_first_and_deleting_it_again_changes_nothing(cloud: Cloud, john: Seller) -> None:
    listing = john.has(Status.PUBLISHED)
    first = john.call("delete_listing", listing.id)
    again = john.call("delete_listing", listing.id)
    assert [(one.status, one.json["publications"][0]["status"]) for one in (first, again)] == [(202, "ending")] * 2
    assert first.headers["etag"] == again.headers["etag"]


def test_a_listing_that_may_be_published_is_looked_for_before_it_is_deleted(cloud: Cloud, john: Seller) -> None:
    published = john.has(Status.PUBLISHED)
    unsure = publications(published, status=PublicationStatus.UNCONFIRMED, external_id=None)
    listing = john.has(Status.MEDIA_READY, publications=unsure)
    assert john.call("delete_listing", listing.id).status == 202
    assert john.listing(listing.id).deleting
