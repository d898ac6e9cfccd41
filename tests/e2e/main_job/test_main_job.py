"""Create, generate, approve, publish, change, take down: over HTTP, through everything that is deployed."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from local.testing import PATIENCE, LocalStack, wait_until
from tests.e2e.account import Heard
from tests.e2e.selling import Ebay, Made, Seller, approved

type Ready = Callable[..., str]


def _fetch(url: str) -> bytes:
    """Fetch the address without credentials."""
    answer = httpx.get(url, timeout=PATIENCE, trust_env=False)
    assert answer.status_code == 200
    return answer.content


def test_announced_photos_and_sent_photos_are_both_accepted(made: Made) -> None:
    assert [photo["status"] for photo in made.answer["photos"]] == ["ready", "ready"]
    assert all(_fetch(photo["url"]).startswith(b"\xff\xd8\xff") for photo in made.answer["photos"])


def test_generating_makes_pictures_a_video_and_a_text(made: Made) -> None:
    media = made.answer["media"]
    assert made.answer["status"] == "media_ready"
    assert len(media["image_urls"]) >= 3
    assert len({_fetch(url) for url in media["image_urls"]}) == len(media["image_urls"])
    assert _fetch(media["video_url"])[4:8] == b"ftyp"
    assert made.answer["enriched_description"]


def test_an_approved_listing_is_published_and_its_page_shows_it(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready(title="A cup to be seen")
    answer = seller.publish(listing)
    reply = answer.json()
    assert (answer.status_code, reply["status"]) == (200, "published"), answer.text
    assert answer.headers["preference-applied"] == "wait=25"
    assert (reply["ebay_url"], reply["publications"][0]["fees"] != []) == (f"{_ebay_item(reply)}", True)
    [there] = ebay.listings(listing)
    assert (there["item_id"], there["title"], there["price"], there["live"]) == (
        reply["ebay_item_id"], "A cup to be seen", "18.50", True,
    )  # fmt: skip
    assert there["pictures"] == len(reply["media"]["image_urls"])
    assert "A cup to be seen" in ebay.page(there["item_id"])


def _ebay_item(reply: dict[str, str]) -> str:
    return reply["ebay_url"].rpartition("/itm/")[0] + f"/itm/{reply['ebay_item_id']}"


def test_publishing_without_waiting_is_202_with_a_place_to_look(seller: Seller, ready: Ready) -> None:
    listing = ready()
    answer = seller.ask("POST", f"/listings/{listing}/publish")
    assert (answer.status_code, answer.headers["location"]) == (202, f"/api/v1/listings/{listing}")
    assert seller.settled(listing)["status"] == "published"


def test_a_wait_that_is_too_short_is_202_and_not_an_error(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready()
    ebay.fault("AddFixedPriceItem", "delay", seconds=5)
    began = time.monotonic()
    answer = seller.ask("POST", f"/listings/{listing}/publish", Prefer="wait=1")
    assert time.monotonic() - began > 0.9
    assert (answer.status_code, answer.json()["status"]) == (202, "publishing")
    assert seller.settled(listing)["status"] == "published"


def test_an_edit_while_published_revises_the_listing_at_ebay(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready()
    item = seller.publish(listing).json()["ebay_item_id"]
    changes = {"title": "A cup, now cheaper", "price": 12.25, "quantity": 2}
    seller.expect(202, "PATCH", f"/listings/{listing}", changes)
    now = seller.settled(listing)
    assert (now["status"], now["publications"][0]["status"]) == ("published", "live")
    [there] = ebay.listings(listing)
    assert (there["item_id"], there["title"], there["price"], there["quantity"]) == (
        item, "A cup, now cheaper", "12.25", 2,
    )  # fmt: skip


def test_a_refused_revision_leaves_the_listing_up_with_ebays_reason(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready()
    seller.publish(listing)
    ebay.fault("ReviseFixedPriceItem", "refuse", code="21919188", message="No more changes today.")
    seller.expect(202, "PATCH", f"/listings/{listing}", {"price": 13})
    now = seller.settled(listing)
    [publication] = now["publications"]
    assert (now["status"], publication["status"]) == ("published", "live")
    assert publication["error"]["vendor_errors"] == [{"code": "21919188", "message": "No more changes today."}]


def test_deleting_a_published_listing_ends_it_at_ebay_and_then_it_is_gone(
    seller: Seller, ready: Ready, ebay: Ebay
) -> None:
    listing = ready()
    seller.publish(listing)
    seller.expect(202, "DELETE", f"/listings/{listing}")
    wait_until(lambda: seller.ask("GET", f"/listings/{listing}").status_code == 404)
    assert [one["live"] for one in ebay.listings(listing)] == [False]
    assert listing not in {one["id"] for one in seller.expect(200, "GET", "/listings?limit=100")["data"]}


def test_rejected_media_are_made_again(seller: Seller, planted: Ready) -> None:
    listing = planted()
    before = seller.listing(listing)
    rejected = seller.expect(200, "POST", f"/listings/{listing}/reject-media", {"reason": "Too dark"})
    assert (rejected["status"], rejected["rejection_reason"]) == ("draft", "Too dark")
    assert rejected["media"]["image_urls"] == []
    answer = seller.ask("POST", f"/listings/{listing}/generate-media", Prefer="wait=25")
    again = seller.settled(listing) if answer.status_code == 202 else answer.json()
    assert again["status"] == "media_ready"
    assert again["media"]["hash"] not in (None, before["media"]["hash"])


def test_approving_media_that_were_not_seen_is_a_conflict(seller: Seller, planted: Ready) -> None:
    answer = seller.ask("POST", f"/listings/{planted()}/approve-media", {"media_hash": "0" * 64})
    assert (answer.status_code, answer.json()["error"]) == (409, "media_changed")


def test_an_edit_after_the_approval_needs_another_approval(seller: Seller, ready: Ready) -> None:
    listing = ready()
    assert seller.expect(200, "PATCH", f"/listings/{listing}", {"price": 20})["status"] == "media_ready"
    assert seller.publish(listing).status_code == 409
    seller.approve(listing)
    assert seller.publish(listing).json()["status"] == "published"


def test_an_edit_made_from_an_older_version_is_refused(seller: Seller, planted: Ready) -> None:
    listing = planted()
    seen = seller.ask("GET", f"/listings/{listing}").headers["etag"]
    seller.expect(200, "PATCH", f"/listings/{listing}", {"price": 20}, If_Match=seen)
    assert seller.ask("PATCH", f"/listings/{listing}", {"price": 21}, If_Match=seen).status_code == 412


def test_a_preflight_returns_fees_and_publishes_nothing(seller: Seller, planted: Ready, ebay: Ebay) -> None:
    listing = planted()
    reply = seller.expect(200, "POST", f"/listings/{listing}/preflight", {})
    [verdict] = reply["data"]
    fees = {fee["name"]: (fee["amount"], fee["currency"]) for fee in verdict["fees"]}
    assert (verdict["marketplace"], fees["InsertionFee"]) == ("ebay", (0.35, "USD"))
    assert ebay.listings(listing) == []
    assert seller.listing(listing)["status"] == "media_ready"


def test_a_preflight_that_ebay_refuses_is_422_with_its_message(seller: Seller, planted: Ready, ebay: Ebay) -> None:
    ebay.fault("VerifyAddFixedPriceItem", "refuse", code="87", message="Choose a leaf.")
    answer = seller.ask("POST", f"/listings/{planted()}/preflight", {})
    assert (answer.status_code, answer.json()["detail"]) == (422, "Choose a leaf.")


def test_publishing_without_a_connected_account_says_what_to_do(made: Made, souk: LocalStack, heard: Heard) -> None:
    unconnected = Seller(souk, heard)
    listing = approved(made, unconnected)
    unconnected.expect(204, "DELETE", "/platforms/ebay/credentials")
    answer = unconnected.publish(listing)
    assert (answer.status_code, answer.json()["error"]) == (409, "platform_not_connected")
    assert "PUT /platforms/ebay/credentials" in answer.json()["detail"]
