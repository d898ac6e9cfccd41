"""A seller's access token and its renewal by the refresh token grant (RFC 6749, section 6)."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

import httpx

from souk.selling.marketplaces.adapters.ebay.exchange import Answer, Deadline, exchange
from souk.selling.marketplaces.adapters.ebay.replies import VENDOR
from souk.selling.marketplaces.model import MarketplaceUnauthorized
from souk.shared.clock import Clock
from souk.shared.errors import VendorFailed, VendorProblem
from souk.shared.vendor_responses import json_object

_RENEWAL_SECONDS = 10.0
# An access token is renewed this long before it expires, so that it does not expire in flight.
_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A seller's tokens. Raises ValueError when one cannot be sent in an HTTP header."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        for token in (self.access_token, self.refresh_token):
            if token is not None and not (token and token.isascii() and token.isprintable() and " " not in token):
                raise ValueError("a token is one word of printable ASCII")


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """Our application's keys at eBay."""

    client_id: str
    client_secret: str = field(repr=False)


class SellerSession:
    """The tokens that one adapter uses; thread-safe."""

    def __init__(
        self,
        client: httpx.Client,
        token_url: str,
        app_credentials: Callable[[], AppCredentials],
        credentials: Credentials,
        on_refreshed: Callable[[Credentials], None],
        clock: Clock,
    ) -> None:
        self._client = client
        self._token_url = token_url
        self._app_credentials = app_credentials
        self._credentials = credentials
        self._on_refreshed = on_refreshed
        self._clock = clock
        self._renewing = threading.Lock()

    def token(self, deadline: Deadline) -> str:
        """An access token that has not expired as far as is known. Raises as `renew`."""
        current = self._credentials
        if current.expires_at is None or current.refresh_token is None:
            return current.access_token
        if current.expires_at - self._clock() > _MARGIN:
            return current.access_token
        return self.renew(current.access_token, (), deadline)

    def renew(self, refused: str, reasons: Sequence[VendorProblem], deadline: Deadline) -> str:
        """A new access token in place of `refused`, which eBay refused for `reasons`; passed to `on_refreshed` too.

        Raises MarketplaceUnauthorized with eBay's words when the seller has to connect again, VendorFailed when eBay
        did not answer or does not accept our application's keys.
        """
        with self._renewing:
            current = self._credentials
            if current.access_token != refused:
                return current.access_token
            if current.refresh_token is None:
                raise MarketplaceUnauthorized(VENDOR, reasons)
            renewed = self._granted(self._ask(current.refresh_token, deadline), current.refresh_token, reasons)
            self._credentials = renewed
            self._on_refreshed(renewed)
            return renewed.access_token

    def _ask(self, refresh_token: str, deadline: Deadline) -> Answer:
        app = self._app_credentials()
        basic = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
        return exchange(
            self._client,
            deadline,
            "the renewal of the access token",
            self._token_url,
            seconds=_RENEWAL_SECONDS,
            headers={"Authorization": f"Basic {basic}"},
            form={"grant_type": "refresh_token", "refresh_token": refresh_token},
        )

    def _granted(self, answer: Answer, refresh_token: str, reasons: Sequence[VendorProblem]) -> Credentials:
        reply = json_object(answer.body)
        if answer.status != HTTPStatus.OK:
            raise _refusal(answer.status, reply, reasons)
        token, lifetime = reply.get("access_token"), reply.get("expires_in")
        if not isinstance(token, str) or not isinstance(lifetime, int | float) or isinstance(lifetime, bool):
            raise VendorFailed(VENDOR, "eBay's answer to the renewal of the access token carries no token.")
        # A renewal returns no new refresh token: the old one remains valid.
        try:
            return Credentials(token, refresh_token, self._clock() + timedelta(seconds=lifetime))
        except (ValueError, OverflowError) as cause:
            raise VendorFailed(VENDOR, "eBay's new access token cannot be used.") from cause


def _refusal(
    status: int, reply: Mapping[str, object], reasons: Sequence[VendorProblem]
) -> VendorFailed | MarketplaceUnauthorized:
    code = str(reply.get("error") or f"HTTP {status}")
    text = str(reply.get("error_description") or code)
    if status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) or not reply:
        return VendorFailed(VENDOR, f"eBay answered the renewal of the access token with HTTP status {status}.")
    if code in ("invalid_client", "unauthorized_client"):
        return VendorFailed(VENDOR, f"eBay does not accept this application's own keys: {text}")
    return MarketplaceUnauthorized(VENDOR, (*reasons, VendorProblem(code, text)))
