"""All pictures are uploaded to eBay, or all are listed by our own public URLs."""

from __future__ import annotations

import re

import httpx
import pytest

from souk.selling.marketplaces.model import MarketplaceUnauthorized, Picture
from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused, VendorThrottled
from tests.unit.selling.marketplaces.ebay_builders import (
    KEY,
    PICTURE_TAKEN,
    TOKEN_ISSUED,
    ScriptedEbay,
    fees_xml,
    item_xml,
    marketplace,
    offer,
    picture,
    png,
    reply_xml,
)

UPLOAD = "create_image_from_file"
LISTED = {
    "AddFixedPriceItem": reply_xml(
        "AddFixedPriceItem", "Success", body="<ItemID>110</ItemID>" + fees_xml(ListingFee="0.0")
    ),
    "GetItem": reply_xml("GetItem", "Success", body=item_xml("110")),
}
UNAUTHORIZED = httpx.Response(401, json={"errors": [{"errorId": 1001, "longMessage": "Invalid access token."}]})


def sent_urls(ebay: ScriptedEbay) -> list[str]:
    (document,) = [document for name, document in ebay.documents if name == "AddFixedPriceItem"]
    return re.findall(r"<PictureURL>(.*?)</PictureURL>", document.decode())


def test_pictures_are_uploaded_and_their_urls_listed_in_order() -> None:
    taken = [httpx.Response(201, json={"imageUrl": f"https://i.ebayimg.com/{n}.JPG"}) for n in range(1)]
    ebay = ScriptedEbay(**{UPLOAD: taken}, **LISTED)
    marketplace(ebay.client).publish(offer(pictures=(picture("a"),)), KEY)
    assert sent_urls(ebay) == ["https://i.ebayimg.com/0.JPG"]


def test_an_upload_is_a_form_with_the_picture_under_the_sellers_bearer_token() -> None:
    ebay = ScriptedEbay(**{UPLOAD: PICTURE_TAKEN}, **LISTED)
    marketplace(ebay.client).publish(offer(pictures=(picture("a"),)), KEY)
    request, body = ebay.asked[0], ebay.documents[0][1]
    assert str(request.url) == "http://ebay.test/commerce/media/v1_beta/image/create_image_from_file"
    assert request.headers["Authorization"] == "Bearer dev-ebay-ada"
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="image"; filename="' in body
    assert b"Content-Type: image/png" in body
    assert png() in body


def test_public_urls_are_listed_when_every_picture_has_one() -> None:
    ebay = ScriptedEbay(**LISTED)
    urls = ["https://cdn.example.com/a.jpg", "https://cdn.example.com/b.jpg"]
    marketplace(ebay.client).publish(offer(pictures=tuple(picture("a", url=url) for url in urls)), KEY)
    assert sent_urls(ebay) == urls


@pytest.mark.parametrize(
    "bad", [None, "http://cdn.example.com/b.jpg", "https://c.example/a;b.jpg", "https://c.example/" + "x" * 500,
            "https://c.example/a b.jpg", "https://c.example/ö.jpg"]
)  # fmt: skip
def test_all_pictures_are_uploaded_when_one_has_no_url_that_ebay_accepts(bad: str | None) -> None:
    ebay = ScriptedEbay(**{UPLOAD: PICTURE_TAKEN}, **LISTED)
    pictures = (picture("a", url="https://cdn.example.com/a.jpg"), picture("b", url=bad))
    marketplace(ebay.client).publish(offer(pictures=pictures), KEY)
    assert ebay.calls().count(UPLOAD) == 2
    assert all(url.startswith("https://i.ebayimg.com/") for url in sent_urls(ebay))


def test_a_token_that_expired_before_an_upload_is_renewed_once() -> None:
    ebay = ScriptedEbay(**{UPLOAD: [UNAUTHORIZED, PICTURE_TAKEN]}, token=TOKEN_ISSUED, **LISTED)
    marketplace(ebay.client).publish(offer(pictures=(picture("a"),)), KEY)
    assert ebay.calls() == [UPLOAD, "token", UPLOAD, "AddFixedPriceItem", "GetItem"]
    assert ebay.asked[2].headers["Authorization"] == "Bearer renewed"


def test_a_new_token_that_is_refused_asks_the_seller_to_connect_again() -> None:
    ebay = ScriptedEbay(**{UPLOAD: UNAUTHORIZED}, token=TOKEN_ISSUED, **LISTED)
    with pytest.raises(MarketplaceUnauthorized, match="Invalid access token"):
        marketplace(ebay.client).publish(offer(pictures=(picture("a"),)), KEY)
    assert ebay.calls() == [UPLOAD, "token", UPLOAD]


def test_a_refused_picture_is_reported_in_ebays_words_and_nothing_is_listed() -> None:
    envelope = {"errors": [{"errorId": 190200, "message": "Bad.", "longMessage": "Animated GIF."}, {"errorId": 7}]}
    ebay = ScriptedEbay(**{UPLOAD: httpx.Response(400, json=envelope)}, **LISTED)
    with pytest.raises(VendorRefused) as refusal:
        marketplace(ebay.client).publish(offer(), KEY)
    assert refusal.value.problems == (VendorProblem("190200", "Animated GIF."), VendorProblem("7", "eBay error 7"))
    assert "AddFixedPriceItem" not in ebay.calls()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(500), VendorFailed),
        (httpx.Response(201, json={"imageId": "x"}), VendorFailed),
        (httpx.Response(201, json={"imageUrl": "javascript:alert(1)"}), VendorFailed),
        (httpx.Response(201, text="created"), VendorFailed),
        (httpx.WriteTimeout("slow"), VendorFailed),
        (httpx.Response(429), VendorThrottled),
        (httpx.Response(413, text="too large"), VendorRefused),
    ],
)
def test_an_upload_that_fails_lists_nothing(answer: object, kind: type[Exception]) -> None:
    ebay = ScriptedEbay(**{UPLOAD: answer}, **LISTED)
    with pytest.raises(kind):
        marketplace(ebay.client).publish(offer(), KEY)
    assert "AddFixedPriceItem" not in ebay.calls()


def test_an_error_while_loading_a_picture_is_raised() -> None:
    def missing() -> bytes:
        raise FileNotFoundError("gone")

    ebay = ScriptedEbay(**{UPLOAD: PICTURE_TAKEN}, **LISTED)
    with pytest.raises(FileNotFoundError):
        marketplace(ebay.client).publish(offer(pictures=(Picture("a" * 64, "image/png", missing),)), KEY)
    assert ebay.calls() == []
