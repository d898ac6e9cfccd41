"""The error for each of eBay's codes; the text of an error never matters."""

from __future__ import annotations

import pytest

from souk.selling.marketplaces.adapters.ebay.error_codes import error_of, problems, token_refused
from souk.selling.marketplaces.adapters.ebay.replies import Reply, parse_reply
from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused, VendorThrottled
from tests.unit.selling.marketplaces.ebay_builders import error_xml, reply_xml

CALL = "AddFixedPriceItem"


def refused(*errors: str, message: str | None = None) -> Reply:
    return parse_reply(CALL, reply_xml(CALL, "Failure", *errors, message=message))


@pytest.mark.parametrize("code", ["2", "17", "37", "70", "87", "107", "240", "353", "488", "10012", "21916250",
                                  "21916270", "21916286", "21916884", "21917121", "21919067", "21919152",
                                  "21919188", "21919301", "21919303", "424242"])  # fmt: skip
def test_a_request_error_is_final(code: str) -> None:
    error = error_of(refused(error_xml(code, "Their words.")))
    assert isinstance(error, VendorRefused)
    assert error.problems == (VendorProblem(code, "Their words."),)


@pytest.mark.parametrize("code", ["518", "21919144"])
def test_a_limit_is_a_throttle(code: str) -> None:
    assert isinstance(error_of(refused(error_xml(code))), VendorThrottled)


@pytest.mark.parametrize("code", ["10007", "21916543", "21916803"])
def test_an_error_of_ebays_own_may_be_retried(code: str) -> None:
    error = error_of(refused(error_xml(code, "Their words.")))
    assert type(error) is VendorFailed
    assert error.detail == "Their words."


def test_an_unknown_system_error_may_be_retried() -> None:
    assert type(error_of(refused(error_xml("424242", classification="SystemError")))) is VendorFailed


def test_a_single_final_reason_makes_a_refusal_final() -> None:
    error = error_of(refused(error_xml("10007", classification="SystemError"), error_xml("107")))
    assert isinstance(error, VendorRefused)
    assert [problem.code for problem in error.problems] == ["10007", "107"]


def test_warnings_beside_errors_are_not_reasons_of_a_refusal() -> None:
    error = error_of(refused(error_xml("21917236", severity="Warning"), error_xml("107", "Choose another.")))
    assert isinstance(error, VendorRefused)
    assert error.detail == "Choose another."


def test_error_240_gives_the_reason_from_the_message() -> None:
    reply = refused(error_xml("240", "Cannot be listed."), message="<p>Confirm your phone first.</p>")
    assert problems(reply) == (
        VendorProblem("240", "Cannot be listed."),
        VendorProblem("240", "<p>Confirm your phone first.</p>"),
    )


@pytest.mark.parametrize("code", ["930", "931", "932", "16110", "17470", "21916984", "21917053"])
def test_a_refused_token_is_distinguished_from_a_refused_request(code: str) -> None:
    assert token_refused(refused(error_xml(code)))


def test_a_warning_about_a_token_refuses_nothing() -> None:
    warned = parse_reply(CALL, reply_xml(CALL, "Warning", error_xml("932", severity="Warning")))
    assert not token_refused(warned)
