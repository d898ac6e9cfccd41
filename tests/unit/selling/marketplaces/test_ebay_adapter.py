"""Cases that the contract cannot produce on a server: odd replies, timeouts, slow or endless answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from souk.selling.marketplaces.adapters.ebay.exchange import Deadline, exchange
from souk.selling.marketplaces.model import AttemptSpent, MarketplaceUnauthorized, Notice, PublicationEnded
from souk.shared.errors import VendorFailed, VendorRefused
from tests.unit.selling.marketplaces.ebay_builders import (
    KEY,
    NOW,
    PICTURE_TAKEN,
    TOKEN_ISSUED,
    ScriptedEbay,
    error_xml,
    item_xml,
    marketplace,
    offer,
    reply_xml,
    settings,
)

ADD = "AddFixedPriceItem"
LISTED = reply_xml(ADD, "Success", body="<ItemID>110</ItemID>")
SEEN = reply_xml("GetItem", "Success", body=item_xml("110"))
EXPIRED = reply_xml(ADD, "Failure", error_xml("21917053", "IAF token expired."))
UPLOADED = {"create_image_from_file": PICTURE_TAKEN, "GetItem": SEEN, "token": TOKEN_ISSUED}


def scripted(**answers: object) -> ScriptedEbay:
    return ScriptedEbay(**{**UPLOADED, **answers})


def test_a_call_has_the_headers_that_ebay_requires() -> None:
    ebay = scripted(AddFixedPriceItem=LISTED)
    chosen = settings(site="Germany", shipping=[{"service": "DE_DHLPaket", "cost": 5}])
    marketplace(ebay.client, seller_settings=chosen).publish(offer(pictures=()), KEY)
    sent = {name: value for name, value in ebay.asked[0].headers.items() if name.startswith(("x-ebay", "content-type"))}
    assert sent == {
        "content-type": "text/xml",
        "x-ebay-api-call-name": ADD,
        "x-ebay-api-siteid": "77",
        "x-ebay-api-compatibility-level": "1379",
        "x-ebay-api-iaf-token": "dev-ebay-ada",
    }


def test_an_expired_token_is_renewed_and_the_call_repeated_with_the_same_key() -> None:
    ebay = scripted(AddFixedPriceItem=[EXPIRED, LISTED])
    assert marketplace(ebay.client).publish(offer(pictures=()), KEY).external_id == "110"
    assert ebay.calls() == [ADD, "token", ADD, "GetItem"]
    assert ebay.documents[0] == ebay.documents[2]
    assert ebay.asked[2].headers["X-EBAY-API-IAF-TOKEN"] == "renewed"


def test_a_new_token_that_is_refused_is_not_renewed_again() -> None:
    ebay = scripted(AddFixedPriceItem=EXPIRED)
    with pytest.raises(MarketplaceUnauthorized, match="IAF token expired"):
        marketplace(ebay.client).publish(offer(pictures=()), KEY)
    assert ebay.calls() == [ADD, "token", ADD]


def test_a_warning_beside_an_acceptance_is_kept_as_a_notice() -> None:
    warned = reply_xml(
        ADD, "Warning", error_xml("21917236", "Funds may be held.", "Warning"), body="<ItemID>9</ItemID>"
    )
    published = marketplace(scripted(AddFixedPriceItem=warned).client).publish(offer(pictures=()), KEY)
    assert published.notices == (Notice("21917236", "Funds may be held."),)


@pytest.mark.parametrize("body", ["", "<ItemID>0</ItemID>", "<ItemID></ItemID>"])
def test_an_acceptance_without_a_listing_id_is_an_unknown_outcome(body: str) -> None:
    ebay = scripted(AddFixedPriceItem=reply_xml(ADD, "Success", body=body))
    with pytest.raises(VendorFailed):
        marketplace(ebay.client).publish(offer(pictures=()), KEY)


def test_a_used_key_whose_listing_cannot_be_read_is_an_unknown_outcome() -> None:
    used = reply_xml(ADD, "Failure", error_xml("488", parameters={"0": "1", "1": "110"}))
    ebay = scripted(AddFixedPriceItem=used, GetItem=httpx.Response(503))
    with pytest.raises(VendorFailed):
        marketplace(ebay.client).publish(offer(pictures=()), KEY)


def test_a_used_key_that_names_no_listing_is_found_by_the_sku() -> None:
    ebay = scripted(AddFixedPriceItem=reply_xml(ADD, "Failure", error_xml("488")))
    assert marketplace(ebay.client).publish(offer(pictures=()), KEY).recovered
    assert b"<SKU>" in ebay.documents[-1][1]


def test_a_used_key_whose_listing_is_not_visible_yet_is_an_unknown_outcome() -> None:
    """A call whose answer was lost may still be in progress at eBay."""
    used = reply_xml(ADD, "Failure", error_xml("488", parameters={"0": "1", "1": "110"}))
    ebay = scripted(AddFixedPriceItem=used, GetItem=reply_xml("GetItem", "Failure", error_xml("17", "Not there.")))
    with pytest.raises(VendorFailed, match="does not show it yet"):
        marketplace(ebay.client).publish(offer(pictures=()), KEY)


def test_a_used_key_whose_listing_has_ended_is_spent() -> None:
    used = reply_xml(ADD, "Failure", error_xml("488", "UUID used.", parameters={"1": "110"}))
    ended = reply_xml("GetItem", "Success", body=item_xml("110", status="Ended"))
    ebay = scripted(AddFixedPriceItem=used, GetItem=ended)
    with pytest.raises(AttemptSpent, match=r"UUID used\."):
        marketplace(ebay.client).publish(offer(pictures=()), KEY)


def test_a_used_key_of_another_sellers_listing_is_refused() -> None:
    used = reply_xml(ADD, "Failure", error_xml("488", "UUID used.", parameters={"1": "110"}))
    ebay = scripted(
        AddFixedPriceItem=used, GetItem=reply_xml("GetItem", "Success", body=item_xml("110", sku="not-ours"))
    )
    with pytest.raises(VendorRefused, match=r"UUID used\."):
        marketplace(ebay.client).publish(offer(pictures=()), KEY)


def test_a_duplicate_with_our_sku_is_ours() -> None:
    twin = reply_xml(ADD, "Failure", error_xml("21919067", parameters={"0": "Cup", "1": "110"}))
    published = marketplace(scripted(AddFixedPriceItem=twin).client).publish(offer(pictures=()), KEY)
    assert (published.external_id, published.recovered) == ("110", True)


def test_a_refused_search_does_not_hide_the_refusal_to_list() -> None:
    ebay = scripted(
        AddFixedPriceItem=reply_xml(ADD, "Failure", error_xml("107", "Choose another category.")),
        GetItem=reply_xml("GetItem", "Failure", error_xml("37", "SKU is invalid.")),
    )
    with pytest.raises(VendorRefused, match=r"^Choose another category\.$"):
        marketplace(ebay.client).publish(offer(pictures=()), KEY)


def test_a_refused_search_does_not_mean_that_there_is_no_listing() -> None:
    ebay = scripted(GetItem=reply_xml("GetItem", "Failure", error_xml("37", "SKU is invalid.")))
    with pytest.raises(VendorRefused, match="SKU is invalid"):
        marketplace(ebay.client).find("x")


@pytest.mark.parametrize("code", ["291", "21916750", "1047"])
def test_an_ended_listing_cannot_be_revised_and_ending_it_succeeds(code: str) -> None:
    ended = {
        call: reply_xml(call, "Failure", error_xml(code, "It has ended."))
        for call in ("ReviseFixedPriceItem", "EndFixedPriceItem")
    }
    ebay = scripted(**ended)
    with pytest.raises(PublicationEnded, match=r"^It has ended\.$"):
        marketplace(ebay.client).revise("110", offer(pictures=()))
    marketplace(ebay.client).end("110")
    assert ebay.calls() == ["ReviseFixedPriceItem", "EndFixedPriceItem"]


def test_a_publication_whose_time_is_up_lists_nothing() -> None:
    moments: Iterator[timedelta] = iter([timedelta(0), *[timedelta(seconds=54)] * 3, *[timedelta(seconds=56)] * 9])
    ebay = scripted(AddFixedPriceItem=LISTED)
    late = marketplace(ebay.client, clock=lambda: NOW + next(moments))
    with pytest.raises(VendorFailed, match="took too long"):
        late.publish(offer(pictures=offer().pictures[:1]), KEY)
    assert ADD not in ebay.calls()


def test_a_verification_ends_before_its_endpoint_times_out() -> None:
    moments: Iterator[timedelta] = iter([timedelta(0), *[timedelta(seconds=23)] * 9])
    late = marketplace(scripted().client, clock=lambda: NOW + next(moments))
    with pytest.raises(VendorFailed, match="took too long"):
        late.verify(offer(pictures=()))


def test_no_request_takes_longer_than_the_time_that_is_left() -> None:
    ebay = scripted(AddFixedPriceItem=LISTED)
    marketplace(ebay.client).publish(offer(), KEY)
    timeouts = [request.extensions["timeout"] for request in ebay.asked]
    assert all(0 < seconds <= 30 for timeout in timeouts for seconds in timeout.values())


def test_an_endless_answer_of_ebay_is_cut_off() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 65536

    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=endless())))
    with pytest.raises(VendorFailed, match="longer than any answer"):
        exchange(client, Deadline(lambda: NOW, 30), "GetItem", "http://ebay.test/", seconds=5, headers={})


def test_a_slow_answer_is_cut_off_when_the_time_is_up() -> None:
    now = [NOW]

    def dripping() -> Iterator[bytes]:
        while True:
            now[0] += timedelta(seconds=4)
            yield b"x"

    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=dripping())))
    with pytest.raises(VendorFailed, match="took too long"):
        exchange(client, Deadline(lambda: now[0], 30), "GetItem", "http://ebay.test/", seconds=5, headers={})


def test_a_redirect_is_not_followed_with_the_sellers_token() -> None:
    ebay = scripted(AddFixedPriceItem=httpx.Response(307, headers={"Location": "http://elsewhere.test/"}))
    with pytest.raises(VendorFailed):
        marketplace(ebay.client).publish(offer(pictures=()), KEY)
    assert [request.url.host for request in ebay.asked] == ["ebay.test"]


def test_neither_tokens_nor_bodies_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    ebay = scripted(AddFixedPriceItem=[EXPIRED, LISTED])
    marketplace(ebay.client, access_token="secret-access", refresh_token="secret-refresh").publish(offer(), KEY)
    assert not [word for word in ("secret", "renewed", offer().title) if word in caplog.text]
