"""eBay's refusals reach the seller with eBay's message, and a corrected listing is published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from local.testing import LocalStack
from tests.e2e.account import Heard
from tests.e2e.selling import Ebay, Made, Seller, approved

type Ready = Callable[..., str]

# What the stand-in is set to refuse, or what is wrong with the listing, and eBay's words for it.
CATEGORY = ("87", "The category selected is not a leaf category.")
SPECIFIC = (
    "21919303",
    "The item specific Type is missing. Add Type to this listing, enter a valid value, and then try again.",
)
TITLE = ("70", "Listing titles are limited to 80 characters. This one has 81.")


def test_a_category_that_is_not_a_leaf_is_422_with_ebays_message(seller: Seller, ready: Ready) -> None:
    answer = seller.publish(ready(category_id="293"))
    problem = answer.json()
    assert (answer.status_code, problem["error"], problem["detail"]) == (422, "vendor_refused", CATEGORY[1])
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["vendor_errors"] == [dict(zip(("code", "message"), CATEGORY, strict=True))]


def test_a_refusal_without_waiting_is_in_the_listing_with_ebays_message(seller: Seller, ready: Ready) -> None:
    listing = ready(category_id="15230")
    assert seller.ask("POST", f"/listings/{listing}/publish").status_code == 202
    now = seller.settled(listing)
    assert now["status"] == "error"
    assert (now["error"]["code"], now["error"]["vendor"], now["error"]["detail"]) == (
        "vendor_refused", "ebay", SPECIFIC[1],
    )  # fmt: skip
    assert now["error"]["vendor_errors"] == [dict(zip(("code", "message"), SPECIFIC, strict=True))]
    assert now["publications"][0]["status"] == "failed"


def test_a_title_that_is_too_long_for_ebay_is_422_with_its_message(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    ebay.fault("AddFixedPriceItem", "refuse", code=TITLE[0], message=TITLE[1])
    answer = seller.publish(ready())
    assert (answer.status_code, answer.json()["detail"]) == (422, TITLE[1])


def test_the_reason_of_error_240_is_shown(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    ebay.fault("AddFixedPriceItem", "refuse", code="240", reply_message="Your account is on hold: call us & ask.")
    answer = seller.publish(ready())
    assert answer.status_code == 422
    assert "Your account is on hold: call us & ask." in answer.json()["detail"]


def test_a_corrected_listing_is_published(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready(category_id="15230")
    assert seller.publish(listing).status_code == 422
    corrected = {"item_specifics": {"Brand": "Pentax", "Type": "SLR"}}
    assert seller.expect(200, "PATCH", f"/listings/{listing}", corrected)["status"] == "media_ready"
    seller.approve(listing)
    answer = seller.publish(listing)
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]) == (200, "published", None)
    assert [one["live"] for one in ebay.listings(listing)] == [True]


def test_an_unchanged_listing_can_be_published_once_ebay_accepts_it(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready()
    ebay.fault("AddFixedPriceItem", "refuse", code="21919188")
    assert seller.publish(listing).status_code == 422
    assert seller.publish(listing).json()["status"] == "published"
    assert len(ebay.listings(listing)) == 1


@pytest.fixture
def expired(souk: LocalStack, heard: Heard) -> Callable[..., Seller]:
    return lambda **more: Seller(souk, heard, "dev-ebay-expired-worn", **more)


def test_an_expired_token_is_renewed_once_and_stored(
    expired: Callable[..., Seller], made: Made, ebay: Ebay, heard: Heard
) -> None:
    seller = expired(refresh_token="dev-ebay-refresh-worn")
    assert seller.publish(approved(made, seller)).json()["status"] == "published"
    assert len(ebay.calls("token")) == 1
    assert seller.publish(approved(made, seller)).json()["status"] == "published"
    assert len(ebay.calls("token")) == 1


def test_a_token_about_to_expire_is_renewed_before_it_is_used(
    souk: LocalStack, heard: Heard, made: Made, ebay: Ebay
) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=20)).isoformat()
    seller = Seller(souk, heard, "dev-ebay-soon", refresh_token="dev-ebay-refresh-soon", expires_at=soon)
    listing = approved(made, seller)
    assert seller.publish(listing).json()["status"] == "published"
    assert (len(ebay.calls("token")), [one["codes"] for one in ebay.attempts(listing)]) == (1, [[]])


@pytest.mark.parametrize("renewal", [{}, {"refresh_token": "dev-ebay-refresh-revoked-worn"}], ids=["none", "revoked"])
def test_an_expired_token_that_cannot_be_renewed_asks_to_reconnect(
    expired: Callable[..., Seller], made: Made, ebay: Ebay, renewal: dict[str, str]
) -> None:
    seller = expired(**renewal)
    listing = approved(made, seller)
    answer = seller.publish(listing)
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("Connect the ebay account again."), answer.text
    seller.connect(f"dev-ebay-{seller.name}")
    assert seller.publish(listing).json()["status"] == "published"
    assert len(ebay.listings(listing)) == 1


def test_a_preflight_renews_an_expired_token_too(expired: Callable[..., Seller], made: Made, ebay: Ebay) -> None:
    seller = expired(refresh_token="dev-ebay-refresh-worn")
    listing = approved(made, seller)
    seller.expect(200, "POST", f"/listings/{listing}/preflight", {})
    seller.expect(200, "POST", f"/listings/{listing}/preflight", {})
    assert len(ebay.calls("token")) == 1
