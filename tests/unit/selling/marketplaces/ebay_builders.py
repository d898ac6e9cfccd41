"""Offers, settings and replies for the tests of eBay. Replies have eBay's format and made-up texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import httpx

from souk.selling.marketplaces.adapters.ebay.adapter import EbayEndpoints, EbayMarketplace
from souk.selling.marketplaces.adapters.ebay.oauth import AppCredentials, Credentials
from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from souk.selling.marketplaces.model import ListingOffer, Picture
from souk.shared.money import Money
from tests import png_files

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LISTING_ID = "01935f2a-7c11-7a52-9d0e-5a6b7c8d9e0f"
KEY = "3F2504E04F8911D39A0C0305E82C3301"


def png(side: int = 1600) -> bytes:
    """A plain square picture of a few hundred bytes to a few kilobytes."""
    return png_files.grey(side, side, 0xFF, depth=1)


def picture(name: str = "a", content: bytes | None = None, url: str | None = None) -> Picture:
    loaded = png() if content is None else content
    return Picture(content_hash=name * 64, content_type="image/png", load=lambda: loaded, url=url)


def offer(**changes: Any) -> ListingOffer:
    plain = ListingOffer(
        listing_id=LISTING_ID,
        title="Stoneware coffee cup with saucer",
        description="A cup for slow mornings.\n\nHolds 250 ml.",
        category_id="36027",
        condition_id=1000,
        price=Money(Decimal("24.90"), "USD"),
        quantity=2,
        item_specifics={"Brand": ("Hand made",), "Colour": ("White", "Grey")},
        pictures=(picture("a"), picture("b")),
    )
    return replace(plain, **changes)


def settings(**given: Any) -> EbaySettings:
    return EbaySettings.model_validate(given)


def marketplace(
    client: httpx.Client,
    base_url: str = "http://ebay.test",
    *,
    access_token: str = "dev-ebay-ada",
    refresh_token: str | None = "dev-ebay-refresh-ada",
    expires_at: datetime | None = None,
    on_refreshed: Callable[[Credentials], None] = lambda _: None,
    clock: Callable[[], datetime] = lambda: NOW,
    seller_settings: EbaySettings | None = None,
) -> EbayMarketplace:
    return EbayMarketplace(
        client=client,
        endpoints=EbayEndpoints(
            f"{base_url}/ws/api.dll", f"{base_url}/commerce/media/v1_beta", f"{base_url}/identity/v1/oauth2/token"
        ),
        app_credentials=lambda: AppCredentials("souk-client", "souk-secret"),
        credentials=Credentials(access_token, refresh_token, expires_at),
        on_refreshed=on_refreshed,
        settings=seller_settings or EbaySettings(),
        clock=clock,
    )


def error_xml(
    code: str,
    text: str = "",
    severity: str = "Error",
    classification: str = "RequestError",
    parameters: Mapping[str, str] | None = None,
) -> str:
    listed = "".join(
        f'<ErrorParameters ParamID="{key}"><Value>{escape(value)}</Value></ErrorParameters>'
        for key, value in (parameters or {}).items()
    )
    said = escape(text or f"Long {code}.")
    return (
        f"<Errors><ShortMessage>Short {code}.</ShortMessage><LongMessage>{said}</LongMessage>"
        f"<ErrorCode>{code}</ErrorCode><SeverityCode>{severity}</SeverityCode>{listed}"
        f"<ErrorClassification>{classification}</ErrorClassification></Errors>"
    )


def reply_xml(call: str, ack: str, *errors: str, body: str = "", message: str | None = None) -> bytes:
    said = "" if message is None else f"<Message>{escape(message)}</Message>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{call}Response xmlns="{NAMESPACE}">'
        f"<Timestamp>2026-11-21T12:00:00.123Z</Timestamp><Ack>{ack}</Ack>{''.join(errors)}{said}"
        f"<Version>1487</Version><Build>E1487_R1</Build>{body}</{call}Response>"
    ).encode()


def item_xml(item_id: str, sku: str | None = LISTING_ID, status: str = "Active") -> str:
    tracked = f"<SKU>{sku}</SKU>" if sku else ""
    return (
        f"<Item><ItemID>{item_id}</ItemID><ListingDetails><ViewItemURL>https://www.ebay.com/itm/seen-{item_id}"
        f"</ViewItemURL></ListingDetails><SellingStatus><ListingStatus>{status}</ListingStatus></SellingStatus>"
        f"<Title>Cup</Title>{tracked}</Item>"
    )


def fees_xml(**amounts: str) -> str:
    entries = "".join(
        f'<Fee><Name>{name}</Name><Fee currencyID="USD">{amount}</Fee></Fee>' for name, amount in amounts.items()
    )
    return f"<Fees>{entries}</Fees>"


class ScriptedEbay:
    """eBay as a script: the answers of each call in turn, the last one repeated. Records the requests."""

    def __init__(self, **answers: Any) -> None:
        self.asked: list[httpx.Request] = []
        self.documents: list[tuple[str, bytes]] = []
        self._answers = {call: list(given) if isinstance(given, list) else [given] for call, given in answers.items()}
        self.client = httpx.Client(transport=httpx.MockTransport(self._answer))

    def calls(self) -> list[str]:
        return [name for name, _ in self.documents]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        name = request.headers.get("X-EBAY-API-CALL-NAME") or request.url.path.rsplit("/", 1)[-1]
        self.documents.append((name, request.read()))
        script = self._answers[name]
        given = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(given, Exception):
            raise given
        if isinstance(given, httpx.Response):
            return httpx.Response(given.status_code, headers=given.headers, content=given.content)
        return httpx.Response(200, content=given)


PICTURE_TAKEN = httpx.Response(201, json={"imageUrl": "https://i.ebayimg.com/00/s/x/z/y/$_57.JPG"})
TOKEN_ISSUED = httpx.Response(200, json={"access_token": "renewed", "expires_in": 7200, "token_type": "User"})
