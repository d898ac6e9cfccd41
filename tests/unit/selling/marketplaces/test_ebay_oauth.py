"""An expired token is renewed once; after an expired consent the seller has to connect again; no token leaks."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from souk.selling.marketplaces.adapters.ebay.exchange import Deadline
from souk.selling.marketplaces.adapters.ebay.oauth import AppCredentials, Credentials, SellerSession
from souk.selling.marketplaces.model import MarketplaceUnauthorized
from souk.shared.errors import VendorFailed, VendorProblem, VendorThrottled
from tests.unit.selling.marketplaces.ebay_builders import NOW, TOKEN_ISSUED, ScriptedEbay


def session(
    ebay: ScriptedEbay, credentials: Credentials, stored: list[Credentials] | None = None
) -> tuple[SellerSession, Deadline]:
    def clock() -> Any:
        return NOW

    kept = stored if stored is not None else []
    made = SellerSession(
        ebay.client,
        "http://ebay.test/identity/v1/oauth2/token",
        lambda: AppCredentials("souk-client", "souk-secret"),
        credentials,
        kept.append,
        clock,
    )
    return made, Deadline(clock, 30)


def test_a_token_that_expires_late_is_used_unchanged() -> None:
    ebay = ScriptedEbay(token=TOKEN_ISSUED)
    seller, deadline = session(ebay, Credentials("old", "refresh", NOW + timedelta(hours=1)))
    assert seller.token(deadline) == "old"
    assert ebay.calls() == []


@pytest.mark.parametrize("left", [timedelta(seconds=59), timedelta(0), timedelta(days=-1)])
def test_a_token_close_to_or_after_its_expiry_is_renewed_before_use(left: timedelta) -> None:
    seller, deadline = session(ScriptedEbay(token=TOKEN_ISSUED), Credentials("old", "refresh", NOW + left))
    assert seller.token(deadline) == "renewed"


def test_a_token_that_cannot_be_renewed_is_tried_after_its_expiry() -> None:
    seller, deadline = session(ScriptedEbay(token=TOKEN_ISSUED), Credentials("old", None, NOW - timedelta(days=1)))
    assert seller.token(deadline) == "old"


def test_a_renewal_request_has_the_format_that_ebay_requires() -> None:
    ebay = ScriptedEbay(token=TOKEN_ISSUED)
    seller, deadline = session(ebay, Credentials("old", "refresh#1", None))
    seller.renew("old", (), deadline)
    (request,) = ebay.asked
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"souk-client:souk-secret").decode()
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(ebay.documents[0][1].decode()) == {"grant_type": ["refresh_token"], "refresh_token": ["refresh#1"]}


def test_a_renewed_token_is_passed_on_with_its_expiry_and_the_old_refresh_token() -> None:
    stored: list[Credentials] = []
    seller, deadline = session(ScriptedEbay(token=TOKEN_ISSUED), Credentials("old", "refresh", None), stored)
    seller.renew("old", (), deadline)
    assert stored == [Credentials("renewed", "refresh", NOW + timedelta(seconds=7200))]


def test_threads_that_share_an_expired_token_renew_it_once() -> None:
    ebay = ScriptedEbay(token=TOKEN_ISSUED)
    seller, deadline = session(ebay, Credentials("old", "refresh", None))
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: seller.renew("old", (), deadline), range(16)))
    assert tokens == ["renewed"] * 16
    assert ebay.calls() == ["token"]


def test_without_a_refresh_token_the_seller_is_asked_to_connect_again_in_ebays_words() -> None:
    seller, deadline = session(ScriptedEbay(token=TOKEN_ISSUED), Credentials("old"))
    with pytest.raises(MarketplaceUnauthorized) as refusal:
        seller.renew("old", (VendorProblem("932", "Token is hard expired."),), deadline)
    assert refusal.value.detail == "Token is hard expired. Connect the ebay account again."
    assert refusal.value.extra["reconnect"] is True


def test_a_revoked_consent_keeps_both_of_ebays_texts() -> None:
    denied = httpx.Response(400, json={"error": "invalid_grant", "error_description": "refresh token is revoked"})
    seller, deadline = session(ScriptedEbay(token=denied), Credentials("old", "refresh"))
    with pytest.raises(MarketplaceUnauthorized) as refusal:
        seller.renew("old", (VendorProblem("21917053", "Token expired."),), deadline)
    assert refusal.value.problems == (
        VendorProblem("21917053", "Token expired."),
        VendorProblem("invalid_grant", "refresh token is revoked"),
    )


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(401, json={"error": "invalid_client", "error_description": "no such client"}), VendorFailed),
        (httpx.Response(500), VendorFailed),
        (httpx.Response(404, text="<html>"), VendorFailed),
        (httpx.Response(400, text="not json"), VendorFailed),
        (httpx.Response(302, headers={"Location": "http://elsewhere.test/"}), VendorFailed),
        (httpx.Response(429, headers={"Retry-After": "9"}), VendorThrottled),
        (httpx.Response(200, json={"access_token": "x"}), VendorFailed),
        (httpx.Response(200, json={"access_token": "two words", "expires_in": 1}), VendorFailed),
        (httpx.Response(200, json={"access_token": "x", "expires_in": 1e300}), VendorFailed),
        (httpx.Response(200, json=["x"]), VendorFailed),
        (httpx.ConnectError("refused"), VendorFailed),
        (httpx.ReadTimeout("slow"), VendorFailed),
    ],
)
def test_a_renewal_that_fails_is_not_blamed_on_the_seller(answer: Any, kind: type[VendorFailed]) -> None:
    seller, deadline = session(ScriptedEbay(token=answer), Credentials("old", "refresh"))
    with pytest.raises(VendorFailed) as failure:
        seller.renew("old", (), deadline)
    assert type(failure.value) is kind


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "grün", "tab\t"])
def test_a_token_that_cannot_be_a_header_is_refused_at_once(token: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        Credentials(token)


def test_tokens_and_secrets_do_not_show_in_a_repr() -> None:
    shown = repr((Credentials("secret-access", "secret-refresh"), AppCredentials("id", "secret-app")))
    assert "secret" not in shown
