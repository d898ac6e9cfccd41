"""Every message that the adapter sends, checked with our table of eBay's fields and with eBay's schema if present.

`EBAY_SCHEMA` names that schema file; without it the checks against it do not exist.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from local.vendors.ebay.shapes import check
from souk.selling.marketplaces.adapters.ebay import messages
from souk.selling.marketplaces.adapters.ebay.description import html_description, xml_text
from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from souk.selling.marketplaces.adapters.ebay.sites import SITES
from souk.shared.money import Money
from tests.unit.selling.marketplaces.ebay_builders import KEY, LISTING_ID, NAMESPACE, offer, settings

URLS = ("https://i.ebayimg.com/00/s/a/$_57.JPG", "https://i.ebayimg.com/00/s/b/$_57.JPG")
POLICIES = {"shipping_id": "5001", "return_id": "5002", "payment_id": "5003"}

TERMS = {
    "the defaults": settings(),
    "free shipping and no returns": settings(
        shipping=[{"service": "USPSPriority", "cost": 0}], returns={"accepted": False}, postal_code="97201"
    ),
    "three services": settings(
        shipping=[{"service": f"USPS{n}", "cost": n, "additional_cost": 1} for n in (5, 6, 7)],
        returns={"within_days": 60, "paid_by": "seller"},
        dispatch_days=0,
    ),
    "business policies": settings(policies=POLICIES),
    "germany": settings(site="Germany", shipping=[{"service": "DE_DHLPaket", "cost": 5.49}], location="Köln"),
}
OFFERS = {
    "plain": offer(),
    "bare": offer(item_specifics={}, quantity=1),
    "longest": offer(title="x" * 80, item_specifics={"n" * 65: ("v" * 65,)}, description="y" * 5000),
    "hostile": offer(
        title="<b>&\"' ]]> & <!DOCTYPE x>",
        description="]]></Description><Item/>\n<script>alert(1)</script>\x00\x0b",
        item_specifics={"<Name>": ("&amp;", "]]>"), "empty": ()},
    ),
}


def every_message() -> Iterator[tuple[str, str, bytes]]:
    """(call, its variation, document)"""
    for terms, chosen in TERMS.items():
        for kind, offered in OFFERS.items():
            name = f"{kind}, {terms}"
            money = Money(offered.price.amount, chosen.currency)
            priced = replace(offered, price=money)
            yield "AddFixedPriceItem", name, messages.add_fixed_price_item(priced, chosen, URLS, KEY)
            yield "VerifyAddFixedPriceItem", name, messages.verify_add_fixed_price_item(priced, chosen, URLS)
            yield (
                "ReviseFixedPriceItem", name,
                messages.revise_fixed_price_item("110556677889", priced, chosen, URLS),
            )  # fmt: skip
    yield "EndFixedPriceItem", "by id", messages.end_fixed_price_item("110556677889")
    yield "GetItem", "by id", messages.get_item("110556677889")
    yield "GetItem", "by sku", messages.get_item_by_sku(LISTING_ID)


MESSAGES = [pytest.param(call, document, id=f"{call}: {special}") for call, special, document in every_message()]


def parsed(document: bytes) -> Element:
    root: Element = fromstring(document, forbid_dtd=True)
    return root


def item_of(document: bytes) -> Element:
    item = parsed(document).find(f"{{{NAMESPACE}}}Item")
    assert item is not None
    return item


def text(element: Element, path: str) -> str | None:
    return element.findtext("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")))


def tags(element: Element) -> list[str]:
    return [child.tag.rpartition("}")[2] for child in element]


@pytest.mark.parametrize(("call", "document"), MESSAGES)
def test_every_message_matches_our_table_of_order_presence_length_and_values(call: str, document: bytes) -> None:
    assert check(call, parsed(document)) == []


@pytest.mark.parametrize(("call", "document"), MESSAGES)
def test_every_message_asks_for_errors_in_english_so_that_sellers_get_one_language(call: str, document: bytes) -> None:
    assert text(parsed(document), "ErrorLanguage") == "en_US"


if "EBAY_SCHEMA" in os.environ:
    SCHEMA = etree.XMLSchema(etree.parse(os.environ["EBAY_SCHEMA"]))

    @pytest.mark.parametrize(("call", "document"), MESSAGES)
    def test_every_message_is_valid_in_ebays_schema(call: str, document: bytes) -> None:
        SCHEMA.assertValid(etree.fromstring(document))


def test_an_addition_carries_its_key_and_is_tracked_by_the_listings_id() -> None:
    item = item_of(messages.add_fixed_price_item(offer(), EbaySettings(), URLS, KEY))
    assert (text(item, "UUID"), text(item, "SKU"), text(item, "InventoryTrackingMethod")) == (KEY, LISTING_ID, "SKU")


def test_a_verification_differs_from_the_addition_by_the_key_alone() -> None:
    added = item_of(messages.add_fixed_price_item(offer(), EbaySettings(), URLS, KEY))
    verified = item_of(messages.verify_add_fixed_price_item(offer(), EbaySettings(), URLS))
    assert [tag for tag in tags(added) if tag != "UUID"] == tags(verified)


def test_policies_replace_shipping_returns_and_dispatch_time() -> None:
    item = item_of(messages.add_fixed_price_item(offer(), settings(policies=POLICIES), URLS, KEY))
    assert not {"ShippingDetails", "ReturnPolicy", "DispatchTimeMax"} & set(tags(item))
    assert text(item, "SellerProfiles/SellerReturnProfile/ReturnProfileID") == "5002"


def test_a_service_without_a_price_for_further_pieces_repeats_its_price() -> None:
    chosen = settings(shipping=[{"service": "USPSPriority", "cost": 8.95}])
    option = "ShippingDetails/ShippingServiceOptions"
    item = item_of(messages.add_fixed_price_item(offer(), chosen, URLS, KEY))
    assert (
        text(item, f"{option}/ShippingServiceAdditionalCost") == text(item, f"{option}/ShippingServiceCost") == "8.95"
    )


def test_amounts_have_two_decimals_and_name_their_currency() -> None:
    item = item_of(messages.add_fixed_price_item(offer(price=Money(Decimal("129"), "USD")), EbaySettings(), URLS, KEY))
    price = item.find(f"{{{NAMESPACE}}}StartPrice")
    assert price is not None
    assert (price.text, price.get("currencyID")) == ("129.00", "USD")


def test_pictures_keep_their_order() -> None:
    item = item_of(messages.add_fixed_price_item(offer(), EbaySettings(), URLS, KEY))
    assert [url.text for url in item.iter(f"{{{NAMESPACE}}}PictureURL")] == list(URLS)


def test_a_revision_repeats_the_sku_tracking_and_sends_only_what_can_change() -> None:
    item = item_of(messages.revise_fixed_price_item("110", offer(), EbaySettings(), URLS))
    assert (text(item, "ItemID"), text(item, "SKU"), text(item, "InventoryTrackingMethod")) == (
        "110",
        LISTING_ID,
        "SKU",
    )
    assert not {"UUID", "ListingType", "ListingDuration", "Currency", "Site"} & set(tags(item))


def test_a_revision_without_specifics_deletes_them() -> None:
    root = parsed(messages.revise_fixed_price_item("110", offer(item_specifics={}), EbaySettings(), URLS))
    assert text(root, "DeletedField") == "Item.ItemSpecifics"


def test_a_revision_without_pictures_keeps_those_of_the_listing() -> None:
    item = item_of(messages.revise_fixed_price_item("110", offer(pictures=()), EbaySettings(), ()))
    assert "PictureDetails" not in tags(item)


def test_a_title_that_is_too_long_is_sent_whole_for_ebay_to_refuse() -> None:
    item = item_of(messages.add_fixed_price_item(offer(title="x" * 200), EbaySettings(), URLS, KEY))
    assert text(item, "Title") == "x" * 200


@pytest.mark.parametrize("code", SITES)
def test_an_addition_has_the_site_and_currency_of_the_settings(code: str) -> None:
    chosen = settings(site=code, policies=POLICIES)
    item = item_of(messages.add_fixed_price_item(offer(), chosen, URLS, KEY))
    assert (text(item, "Site"), text(item, "Currency")) == (code, SITES[code].currencies[0])


any_text = st.text(st.characters(), max_size=200)


@given(title=any_text, name=any_text, value=any_text, location=st.text(st.characters(codec="utf-8"), max_size=45))
def test_any_text_survives_the_document_except_characters_that_xml_forbids(
    title: str, name: str, value: str, location: str
) -> None:
    chosen = EbaySettings.model_construct(**{**dict(EbaySettings()), "location": location})
    item = item_of(
        messages.add_fixed_price_item(offer(title=title, item_specifics={name: (value,)}), chosen, URLS, KEY)
    )
    assert text(item, "Title") == xml_text(title)
    assert text(item, "ItemSpecifics/NameValueList/Name") == xml_text(name)
    assert text(item, "ItemSpecifics/NameValueList/Value") == xml_text(value)
    assert (text(item, "Location") or "") == xml_text(location)


@given(description=any_text)
def test_any_description_survives_the_document_as_its_html(description: str) -> None:
    item = item_of(messages.add_fixed_price_item(offer(description=description), EbaySettings(), URLS, KEY))
    assert text(item, "Description") == html_description(description)
