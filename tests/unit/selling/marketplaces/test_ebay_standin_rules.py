"""The stand-in refuses what eBay refuses, with eBay's codes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from souk.selling.marketplaces.adapters.ebay import messages
from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from tests.unit.selling.marketplaces.ebay_builders import KEY, NAMESPACE, marketplace, offer, picture, png, settings
from tests.unit.selling.marketplaces.ebay_loopback import URL, VALID, Ebay, with_value, without

pytestmark = pytest.mark.enable_socket


def test_a_valid_request_is_accepted_without_a_warning(ebay: Ebay) -> None:
    assert ebay.codes(VALID) == []


@pytest.mark.parametrize(
    ("document", "code"),
    [
        pytest.param(with_value("Title", "x" * 81), "70", id="title over 80"),
        pytest.param(with_value("Title", "&lt;b&gt;Cup&lt;/b&gt;"), "37", id="html in the title"),
        pytest.param(without("Title"), "37", id="no title"),
        pytest.param(without("Description"), "37", id="no description"),
        pytest.param(with_value("Description", "&lt;script&gt;x&lt;/script&gt;"), "353", id="script"),
        pytest.param(with_value("Description", "&lt;p onclick='x'&gt;"), "353", id="event handler"),
        pytest.param(with_value("Description", "x" * 500_001), "37", id="description over 500,000"),
        pytest.param(with_value("CategoryID", "999999"), "107", id="no category"),
        pytest.param(with_value("CategoryID", "abc"), "107", id="category of letters"),
        pytest.param(with_value("CategoryID", "293"), "87", id="branch category"),
        pytest.param(with_value("CategoryID", "15230"), "21919303", id="specifics missing"),
        pytest.param(without("ConditionID"), "21916884", id="no condition"),
        pytest.param(with_value("ConditionID", "1234"), "21917121", id="unknown condition"),
        pytest.param(without("ReturnPolicy"), "21916250", id="no return policy"),
        pytest.param(without("ShippingDetails"), "21915469", id="no shipping"),
        pytest.param(with_value("ShippingService", "UK_RoyalMail"), "21915469", id="service of another site"),
        pytest.param(without("DispatchTimeMax"), "37", id="no dispatch time"),
        pytest.param(without("Location"), "71", id="no location"),
        pytest.param(with_value("Location", "x" * 46), "37", id="location over 45"),
        pytest.param(with_value("ListingType", "Chinese"), "21916286", id="auction"),
        pytest.param(with_value("ListingDuration", "Days_7"), "37", id="not good till cancelled"),
        pytest.param(with_value("Quantity", "0"), "37", id="none to sell"),
        pytest.param(with_value("StartPrice", "0.00"), "37", id="free"),
        pytest.param(with_value("StartPrice", "1.999"), "37", id="tenths of a cent"),
        pytest.param(VALID.replace(' currencyID="USD"', "", 1), "37", id="amount without currency"),
        pytest.param(VALID.replace('currencyID="USD"', 'currencyID="EUR"'), "37", id="amounts of another currency"),
        pytest.param(with_value("Currency", "EUR"), "37", id="currency of another site"),
        pytest.param(with_value("Site", "UK"), "37", id="site against header"),
        pytest.param(with_value("UUID", KEY.lower()), "37", id="lower-case uuid"),
        pytest.param(with_value("SKU", "x" * 51), "37", id="sku over 50"),
        pytest.param(without("SKU"), "37", id="tracked by no sku"),
        pytest.param(without("PictureDetails"), "37", id="no picture"),
        pytest.param(with_value("PictureURL", "http://img.example.com/a.jpg"), "37", id="picture not https"),
        pytest.param(with_value("PictureURL", "https://img.example.com/a;b.jpg"), "37", id="semicolon"),
        pytest.param(with_value("PictureURL", "https://img.example.com/" + "x" * 500), "37", id="address over 500"),
        pytest.param(with_value("PictureURL", "http://127.0.0.1:9/pictures/v1-none"), "37", id="hosted nowhere"),
        pytest.param(with_value("Name", "x" * 66), "37", id="name over 65"),
        pytest.param(VALID.replace("<Name>Colour", "<Name>brand"), "37", id="name twice"),
        pytest.param(with_value("ReturnsWithinOption", "Days_31"), "37", id="unknown days"),
        pytest.param(without("ShippingCostPaidByOption"), "37", id="nobody pays the return"),
        pytest.param(VALID.replace("<Title>", "<Titel/><Title>"), "20170", id="unknown element"),
        pytest.param(VALID.replace("</Item>", "<Country>US</Country></Item>"), "20170", id="out of order"),
        pytest.param(VALID.replace("AddFixedPriceItemRequest", "GetItemRequest"), "2", id="another call's root"),
        pytest.param(VALID.replace(NAMESPACE, "urn:other"), "2", id="another namespace"),
        pytest.param(VALID[:-9], "5", id="cut off"),
        pytest.param('<!DOCTYPE x [<!ENTITY a "b">]>' + VALID.partition("?>")[2], "5", id="entities"),
    ],
)
def test_requests_that_ebay_would_refuse_are_refused_and_nothing_is_listed(
    strict: Ebay, document: str, code: str
) -> None:
    assert code in strict.codes(document)
    assert strict.state()["listings"] == []


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"name": "AddItem"}, "2"),
        ({"name": ""}, "2"),
        ({"name": "GetItem"}, "2"),
        ({"siteid": "US"}, "10012"),
        ({"siteid": ""}, "10012"),
        ({"level": ""}, "10012"),
        ({"type": "application/json"}, "10012"),
        ({"token": ""}, "930"),
        ({"token": "nonsense"}, "21916984"),
        ({"token": "dev-ebay-expired-ada"}, "21917053"),
        ({"token": "dev-ebay-refresh-ada"}, "21916984"),
    ],
    ids=str,
)
def test_headers_are_checked_before_the_request(strict: Ebay, headers: dict[str, str], code: str) -> None:
    assert strict.codes(VALID, **headers) == [code]


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("SellerShippingProfile", "21919152"),
        ("SellerPaymentProfile", "21919153"),
        ("SellerReturnProfile", "21919154"),
    ],
)
def test_policies_are_all_three_or_none(ebay: Ebay, tag: str, code: str) -> None:
    chosen = settings(policies={"shipping_id": "1", "return_id": "2", "payment_id": "3"})
    document = messages.add_fixed_price_item(offer(), chosen, [URL], KEY).decode()
    assert ebay.codes(re.sub(f"<{tag}>.*</{tag}>", "", document)) == [code]
    assert ebay.codes(document) == []


def test_every_missing_specific_is_named(ebay: Ebay) -> None:
    reply = ebay.send(with_value("CategoryID", "9355"))
    named = [value.text for value in reply.iter(f"{{{NAMESPACE}}}Value")]
    assert named == ["Model", "Storage Capacity"]


def test_a_used_uuid_is_refused_in_ebays_format(ebay: Ebay) -> None:
    item_id = ebay.send(VALID).findtext(f"{{{NAMESPACE}}}ItemID")
    reply = ebay.send(with_value("Title", "Another"))
    text = f"The specified UUID has already been used; ListedByRequestAppId=1, item ID={item_id}."
    assert reply.findtext(f"{{{NAMESPACE}}}Errors/{{{NAMESPACE}}}LongMessage") == text
    assert [value.text for value in reply.iter(f"{{{NAMESPACE}}}Value")] == ["1", item_id]


def test_a_uuid_is_used_per_seller_and_only_by_a_listing(ebay: Ebay) -> None:
    verification = VALID.replace("AddFixedPriceItem", "VerifyAddFixedPriceItem")
    assert ebay.codes(verification, name="VerifyAddFixedPriceItem") == []
    assert ebay.codes(with_value("Title", "x" * 81)) == ["70"]
    assert ebay.codes(VALID) == []
    assert ebay.codes(VALID, token="dev-ebay-grace") == []


def test_one_sku_has_one_live_listing(ebay: Ebay) -> None:
    item_id = ebay.send(VALID).findtext(f"{{{NAMESPACE}}}ItemID") or ""
    again = with_value("UUID", "0" * 32)
    assert ebay.codes(again) == ["37"]
    assert ebay.codes(messages.end_fixed_price_item(item_id), name="EndFixedPriceItem") == []
    assert ebay.codes(again) == []


def test_a_small_picture_is_refused_and_a_medium_one_gives_a_warning(ebay: Ebay) -> None:
    def upload(side: int) -> str:
        form = {"image": ("a.png", png(side), "image/png")}
        sent = ebay.http.post(
            "/commerce/media/v1_beta/image/create_image_from_file",
            files=form, headers={"Authorization": "Bearer dev-ebay-ada"},
        )  # fmt: skip
        return str(sent.json()["imageUrl"])

    assert ebay.codes(with_value("PictureURL", upload(499))) == ["21919137"]
    assert ebay.codes(with_value("PictureURL", upload(999))) == ["21916790"]


def test_hosted_and_external_pictures_do_not_mix(ebay: Ebay) -> None:
    adapter = marketplace(ebay.http, ebay.server.url)
    adapter.publish(offer(listing_id="first", pictures=(picture(),)), "0" * 32)
    (added,) = [entry for entry in ebay.state()["requests"] if entry["call"] == "AddFixedPriceItem"]
    hosted = re.search(r"<PictureURL>(.*?)</PictureURL>", added["body"])
    assert hosted
    both = VALID.replace("<PictureURL>", f"<PictureURL>{hosted[1]}</PictureURL><PictureURL>", 1)
    assert ebay.codes(both) == ["37"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"files": {"image": ("a.png", b"not a picture", "image/png")}}, 400),
        ({"files": {"other": ("a.png", png(), "image/png")}}, 400),
        ({"content": b"raw", "headers": {"Content-Type": "image/png"}}, 400),
        ({"files": {"image": ("a.png", png(), "image/png")}, "headers": {"Authorization": "Bearer nonsense"}}, 401),
        ({"files": {"image": ("a.png", png(), "image/png")}, "headers": {"Authorization": ""}}, 401),
    ],
)
def test_the_media_api_refuses_with_its_own_error_document(strict: Ebay, sent: dict[str, Any], status: int) -> None:
    headers = {"Authorization": "Bearer dev-ebay-ada"} | sent.pop("headers", {})
    answer = strict.http.post("/commerce/media/v1_beta/image/create_image_from_file", headers=headers, **sent)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["longMessage"]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "dev-ebay-refresh-revoked-ada"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "nonsense"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_oauth_refuses_as_oauth_does(strict: Ebay, form: dict[str, str], status: int, error: str) -> None:
    answer = strict.http.post("/identity/v1/oauth2/token", data=form, auth=("id", "secret"))
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_oauth_requires_the_applications_keys(ebay: Ebay) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "dev-ebay-refresh-ada"}
    assert ebay.http.post("/identity/v1/oauth2/token", data=form).json()["error"] == "invalid_client"


def test_a_revision_that_does_not_repeat_the_sku_is_refused(ebay: Ebay) -> None:
    item_id = ebay.send(VALID).findtext(f"{{{NAMESPACE}}}ItemID") or ""
    document = messages.revise_fixed_price_item(item_id, offer(), EbaySettings(), [URL]).decode()
    forgetful = document.replace("<InventoryTrackingMethod>SKU</InventoryTrackingMethod>", "")
    assert ebay.codes(forgetful, name="ReviseFixedPriceItem") == ["37"]


@pytest.mark.parametrize("call", ["ReviseFixedPriceItem", "EndFixedPriceItem"])
def test_another_sellers_listing_cannot_be_touched(ebay: Ebay, call: str) -> None:
    item_id = ebay.send(VALID).findtext(f"{{{NAMESPACE}}}ItemID") or ""
    documents = {
        "ReviseFixedPriceItem": messages.revise_fixed_price_item(item_id, offer(), EbaySettings(), [URL]),
        "EndFixedPriceItem": messages.end_fixed_price_item(item_id),
    }
    assert ebay.codes(documents[call], name=call, token="dev-ebay-mallory") == ["17"]
