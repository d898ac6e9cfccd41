"""Replies become values with every error; a document without an Ack is an error of eBay's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.selling.marketplaces.adapters.ebay.replies import fees, listed_item, parse_reply
from souk.selling.marketplaces.model import Fee, Notice
from souk.shared.errors import VendorFailed
from souk.shared.money import Money
from tests.unit.selling.marketplaces.ebay_builders import error_xml, fees_xml, item_xml, reply_xml

CALL = "AddFixedPriceItem"


def test_every_error_of_a_reply_is_kept_with_its_code_text_and_parameters() -> None:
    first = error_xml("21919303", 'The item specific "Größe" is missing & wanted.', parameters={"2": "Größe"})
    reply = parse_reply(CALL, reply_xml(CALL, "Failure", first, error_xml("107"), error_xml("10007")))
    assert [error.code for error in reply.errors] == ["21919303", "107", "10007"]
    assert reply.errors[0].message == 'The item specific "Größe" is missing & wanted.'
    assert reply.errors[0].parameters == {"2": "Größe"}


def test_a_warning_is_an_acceptance_and_its_warnings_are_notices() -> None:
    warned = reply_xml(
        CALL, "Warning", error_xml("21917236", "Funds may be held.", "Warning"), body="<ItemID>9</ItemID>"
    )
    reply = parse_reply(CALL, warned)
    assert reply.accepted
    assert reply.notices == (Notice("21917236", "Funds may be held."),)


def test_the_severity_decides_whether_a_code_is_an_error_or_a_warning() -> None:
    mixed = reply_xml(CALL, "Failure", error_xml("21917121", severity="Warning"), error_xml("70"))
    assert [fault.code for fault in parse_reply(CALL, mixed).faults] == ["70"]


def test_a_refusal_with_warnings_only_has_reasons() -> None:
    odd = reply_xml(CALL, "Failure", error_xml("21917121", severity="Warning"))
    assert [fault.code for fault in parse_reply(CALL, odd).faults] == ["21917121"]


def test_an_error_without_a_long_message_has_its_short_one() -> None:
    body = reply_xml(CALL, "Failure", "<Errors><ShortMessage>No.</ShortMessage><ErrorCode>1</ErrorCode></Errors>")
    assert parse_reply(CALL, body).errors[0].message == "No."


def test_an_error_without_a_message_is_named_by_its_code() -> None:
    body = reply_xml(CALL, "Failure", "<Errors><ErrorCode>12345</ErrorCode></Errors>")
    assert parse_reply(CALL, body).errors[0].message == "eBay error 12345"


def test_fees_of_zero_are_left_out_except_for_the_total() -> None:
    body = fees_xml(BoldFee="0.0", InsertionFee="0.35", ListingFee="0.0", SubtitleFee="1.5")
    reply = parse_reply(CALL, reply_xml(CALL, "Success", body=body))
    assert fees(reply) == (
        Fee("InsertionFee", Money(Decimal("0.35"), "USD")),
        Fee("ListingFee", Money(Decimal("0.00"), "USD")),
        Fee("SubtitleFee", Money(Decimal("1.50"), "USD")),
    )


@pytest.mark.parametrize("amount", ["", "free", "1e999999999", "NaN"])
def test_a_fee_that_is_not_a_number_is_an_error_of_ebays(amount: str) -> None:
    with pytest.raises(VendorFailed):
        fees(parse_reply(CALL, reply_xml(CALL, "Success", body=fees_xml(ListingFee=amount))))


@pytest.mark.parametrize(("status", "live"), [("Active", True), ("Ended", False), ("Completed", False)])
def test_a_listing_is_live_until_it_has_ended(status: str, live: bool) -> None:
    listed = listed_item(parse_reply("GetItem", reply_xml("GetItem", "Success", body=item_xml("7", status=status))))
    assert listed is not None
    assert (listed.item_id, listed.live, listed.url) == ("7", live, "https://www.ebay.com/itm/seen-7")


BILLION_LAUGHS = (
    b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b'<r xmlns="urn:ebay:apis:eBLBaseComponents"><Ack>Success</Ack><ItemID>&c;</ItemID></r>'
)
OUTSIDE = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r><Ack>Success</Ack><ItemID>&x;</ItemID></r>'


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(BILLION_LAUGHS, id="billion laughs"),
        pytest.param(OUTSIDE, id="external entity"),
        pytest.param(b'<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><r><Ack>Success</Ack></r>', id="external dtd"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html><body>We will be right back", id="half a page"),
        pytest.param(b"<html><body>Sign in</body></html>", id="a page"),
        pytest.param(b'<?xml version="1.0" encoding="no-such"?><r/>', id="unknown encoding"),
        pytest.param(b'<?xml version="1.0" encoding="utf-8"?><r>\xff\xfe</r>', id="not utf-8"),
        pytest.param(reply_xml(CALL, "PartialFailure"), id="unknown verdict"),
        pytest.param(reply_xml(CALL, "Failure"), id="refused without a reason"),
        pytest.param(reply_xml(CALL, "Success")[:-9], id="cut off"),
    ],
)
def test_a_document_that_is_not_a_reply_with_an_ack_is_an_error_of_ebays(document: bytes) -> None:
    with pytest.raises(VendorFailed):
        parse_reply(CALL, document)


@given(st.binary(max_size=300))
def test_any_bytes_that_are_not_a_reply_raise_vendor_failed(document: bytes) -> None:
    with pytest.raises(VendorFailed):
        parse_reply(CALL, document)
