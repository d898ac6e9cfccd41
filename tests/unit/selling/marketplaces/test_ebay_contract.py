"""The adapter's contract, against the stand-in over loopback and against scripted replies in eBay's formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from souk.selling.marketplaces.model import Fee, Marketplace, MarketplaceUnauthorized, PublicationEnded
from souk.shared.errors import VendorFailed, VendorRefused, VendorThrottled
from souk.shared.money import Money
from tests.unit.selling.marketplaces.ebay_builders import KEY, LISTING_ID, offer
from tests.unit.selling.marketplaces.ebay_worlds import ScriptedWorld, StandInWorld, World

pytestmark = pytest.mark.enable_socket

OTHER_KEY = "0" * 31 + "1"


@pytest.fixture(params=["stand-in", "script"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    entered: World = StandInWorld(tmp_path) if request.param == "stand-in" else ScriptedWorld()
    yield entered
    entered.close()


def codes(refusal: VendorRefused) -> list[str]:
    return [problem.code for problem in refusal.problems]


def test_an_adapter_that_only_knows_the_protocol_can_be_used(world: World) -> None:
    marketplace: Marketplace = world.enter("a usual day")
    assert marketplace.verify(offer()).fees


def test_publishing_returns_ebays_id_url_and_fees(world: World) -> None:
    published = world.enter("a usual day").publish(offer(), KEY)
    assert published.external_id.isdigit()
    assert published.url.endswith(published.external_id)
    assert Fee("ListingFee", Money(Decimal("0.35"), "USD")) in published.fees
    assert not published.recovered


def test_publishing_uploads_the_pictures_lists_once_and_reads_the_url(world: World) -> None:
    world.enter("a usual day").publish(offer(), KEY)
    assert world.calls() == [*["create_image_from_file"] * 2, "AddFixedPriceItem", "GetItem"]


def test_publishing_twice_with_the_same_key_returns_the_same_listing(world: World) -> None:
    ebay = world.enter("published twice")
    first, second = ebay.publish(offer(), KEY), ebay.publish(offer(), KEY)
    assert second.recovered
    assert (second.external_id, second.url) == (first.external_id, first.url)


@pytest.mark.parametrize("how", ["answer lost", "answer garbled", "http 500 after it was done"])
def test_a_listing_whose_answer_was_lost_is_found_by_its_key(world: World, how: str) -> None:
    ebay = world.enter(how)
    with pytest.raises(VendorFailed) as failure:
        ebay.publish(offer(), KEY)
    assert type(failure.value) is VendorFailed
    assert ebay.publish(offer(), KEY).recovered


@pytest.mark.parametrize("how", ["http 500 before it was done", "connection lost before it was done", "internal error"])
def test_an_attempt_that_failed_is_repeated_with_its_key(world: World, how: str) -> None:
    ebay = world.enter(how)
    with pytest.raises(VendorFailed):
        ebay.publish(offer(), KEY)
    assert not ebay.publish(offer(), KEY).recovered


def test_the_listing_of_an_older_attempt_is_found_by_its_sku(world: World) -> None:
    ebay = world.enter("published under another key")
    first, second = ebay.publish(offer(), KEY), ebay.publish(offer(title="Another title"), OTHER_KEY)
    assert second.recovered
    assert second.external_id == first.external_id


def test_a_key_whose_listing_has_ended_is_refused(world: World) -> None:
    ebay = world.enter("ended, then published with its old key")
    ebay.end(ebay.publish(offer(), KEY).external_id)
    with pytest.raises(VendorRefused) as refusal:
        ebay.publish(offer(), KEY)
    assert codes(refusal.value) == ["488"]


def test_a_duplicate_of_another_listing_is_a_refusal_and_not_ours(world: World) -> None:
    ebay = world.enter("duplicate listing of another")
    ebay.publish(offer(listing_id="someone-elses"), OTHER_KEY)
    with pytest.raises(VendorRefused) as refusal:
        ebay.publish(offer(), KEY)
    assert codes(refusal.value) == ["21919067"]


def test_a_listing_whose_url_cannot_be_read_is_published_nevertheless(world: World) -> None:
    published = world.enter("address unknown").publish(offer(), KEY)
    assert published.url == f"https://www.ebay.com/itm/{published.external_id}"


def test_every_reason_of_a_refusal_reaches_the_caller(world: World) -> None:
    ebay = world.enter("everything wrong")
    with pytest.raises(VendorRefused) as refusal:
        ebay.publish(offer(title="x" * 81, category_id="999999999"), KEY)
    assert codes(refusal.value) == ["70", "107"]
    assert all(problem.message in refusal.value.detail for problem in refusal.value.problems)


def test_a_restricted_account_gets_the_reason_from_the_message_of_error_240(world: World) -> None:
    ebay = world.enter("account restricted")
    with pytest.raises(VendorRefused) as refusal:
        ebay.publish(offer(), KEY)
    assert codes(refusal.value) == ["240", "240"]
    assert refusal.value.problems[1].message == "<p>Confirm your phone first.</p>"


def test_the_call_limit_throttles(world: World) -> None:
    ebay = world.enter("call limit")
    with pytest.raises(VendorThrottled):
        ebay.publish(offer(), KEY)


def test_http_429_throttles_for_its_retry_after(world: World) -> None:
    ebay = world.enter("http 429")
    with pytest.raises(VendorThrottled) as failure:
        ebay.publish(offer(), KEY)
    assert failure.value.retry_after == 2


def test_an_expired_token_is_renewed_once_and_passed_on_to_be_stored(world: World) -> None:
    published = world.enter("token expired").publish(replace(offer(), pictures=offer().pictures[:1]), KEY)
    assert published.external_id
    assert world.calls().count("token") == 1
    assert [stored.access_token for stored in world.stored] != []


@pytest.mark.parametrize("how", ["consent taken back", "no consent to renew"])
def test_an_expired_consent_asks_the_seller_to_connect_again(world: World, how: str) -> None:
    ebay = world.enter(how)
    with pytest.raises(MarketplaceUnauthorized) as refusal:
        ebay.publish(offer(), KEY)
    assert refusal.value.detail.endswith("Connect the ebay account again.")
    assert "AddFixedPriceItem" not in world.calls()
    assert world.stored == []


def test_a_verification_returns_the_fees_and_lists_nothing(world: World) -> None:
    verification = world.enter("a usual day").verify(offer())
    assert Fee("ListingFee", Money(Decimal("0.35"), "USD")) in verification.fees
    assert "AddFixedPriceItem" not in world.calls()


def test_a_revision_returns_the_same_listing(world: World) -> None:
    ebay = world.enter("a usual day")
    published = ebay.publish(offer(), KEY)
    revised = ebay.revise(published.external_id, offer(title="A better title", item_specifics={}))
    assert (revised.external_id, revised.url) == (published.external_id, published.url)


def test_a_revision_of_an_ended_listing_raises_that_it_has_ended(world: World) -> None:
    ebay = world.enter("ended, then revised")
    published = ebay.publish(offer(), KEY)
    ebay.end(published.external_id)
    with pytest.raises(PublicationEnded) as refusal:
        ebay.revise(published.external_id, offer())
    assert codes(refusal.value) == ["21916750"]


def test_ending_twice_succeeds(world: World) -> None:
    ebay = world.enter("a usual day")
    published = ebay.publish(offer(), KEY)
    ebay.end(published.external_id)
    ebay.end(published.external_id)
    assert world.calls().count("EndFixedPriceItem") == 2


def test_ending_another_sellers_listing_is_refused(world: World) -> None:
    ebay = world.enter("somebody else's")
    with pytest.raises(VendorRefused) as refusal:
        ebay.end("4711")
    assert codes(refusal.value) == ["17"]


def test_a_live_publication_is_found_by_the_id_of_its_listing(world: World) -> None:
    ebay = world.enter("a usual day")
    published = ebay.publish(offer(), KEY)
    found = ebay.find(LISTING_ID)
    assert found is not None
    assert (found.external_id, found.url) == (published.external_id, published.url)


def test_nothing_is_found_for_a_listing_that_was_not_published(world: World) -> None:
    assert world.enter("nothing listed").find(LISTING_ID) is None


def test_nothing_is_found_for_a_publication_that_has_ended(world: World) -> None:
    ebay = world.enter("ended, then looked for")
    ebay.end(ebay.publish(offer(), KEY).external_id)
    assert ebay.find(LISTING_ID) is None
