"""Calls of the Trading API: headers, one renewal of an expired token, and the parsed reply."""

from __future__ import annotations

import httpx

from souk.selling.marketplaces.adapters.ebay.error_codes import problems, token_refused
from souk.selling.marketplaces.adapters.ebay.exchange import Deadline, exchange
from souk.selling.marketplaces.adapters.ebay.oauth import SellerSession
from souk.selling.marketplaces.adapters.ebay.replies import VENDOR, Reply, parse_reply
from souk.selling.marketplaces.adapters.ebay.sites import Site
from souk.selling.marketplaces.model import MarketplaceUnauthorized

# The version of eBay's schema that messages.py was written for.
COMPATIBILITY_LEVEL = 1379
_CALL_SECONDS = 30.0


class Trading:
    """Calls on behalf of one seller on one site."""

    def __init__(self, client: httpx.Client, url: str, session: SellerSession, site: Site) -> None:
        self._client = client
        self._url = url
        self._session = session
        self._site = site

    def call(self, name: str, document: bytes, deadline: Deadline) -> Reply:
        """eBay's reply, accepted or not.

        A refused token is renewed and the call repeated, once: eBay checks the token before the request, so nothing
        took effect. Raises MarketplaceUnauthorized, VendorThrottled, VendorFailed.
        """
        token = self._session.token(deadline)
        reply = self._send(name, document, token, deadline)
        if not token_refused(reply):
            return reply
        token = self._session.renew(token, problems(reply), deadline)
        reply = self._send(name, document, token, deadline)
        if token_refused(reply):
            raise MarketplaceUnauthorized(VENDOR, problems(reply))
        return reply

    def _send(self, name: str, document: bytes, token: str, deadline: Deadline) -> Reply:
        answer = exchange(
            self._client,
            deadline,
            name,
            self._url,
            seconds=_CALL_SECONDS,
            headers={
                "Content-Type": "text/xml",
                "X-EBAY-API-CALL-NAME": name,
                "X-EBAY-API-SITEID": str(self._site.number),
                "X-EBAY-API-COMPATIBILITY-LEVEL": str(COMPATIBILITY_LEVEL),
                "X-EBAY-API-IAF-TOKEN": token,
            },
            content=document,
        )
        return parse_reply(name, answer.body)
