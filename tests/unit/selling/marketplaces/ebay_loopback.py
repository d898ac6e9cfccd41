"""A stand-in on a free port, and raw requests to it that our adapter would never send."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import httpx
from defusedxml.ElementTree import fromstring

from local.vendors.ebay.standin import EbayStandIn
from souk.selling.marketplaces.adapters.ebay import messages
from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from tests.unit.selling.marketplaces.ebay_builders import KEY, NAMESPACE, offer

URL = "https://img.example.com/a.jpg"
HEADERS = {
    "Content-Type": "text/xml",
    "X-EBAY-API-CALL-NAME": "AddFixedPriceItem",
    "X-EBAY-API-SITEID": "0",
    "X-EBAY-API-COMPATIBILITY-LEVEL": "1379",
    "X-EBAY-API-IAF-TOKEN": "dev-ebay-ada",
}
VALID = messages.add_fixed_price_item(offer(), EbaySettings(), [URL], KEY).decode()


class Ebay:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = EbayStandIn(folder)
        self.server.start()
        self.http = httpx.Client(base_url=self.server.url, verify=False)  # no TLS on loopback

    def send(self, document: str | bytes, **headers: str) -> Element:
        """Headers are named by their last word in lower case: `name="GetItem"`, `token=...`; "" omits one."""
        sent = dict(HEADERS)
        for key in HEADERS:
            if (given := headers.get(key.rpartition("-")[2].lower())) is not None:
                sent[key] = given
        answer = self.http.post("/ws/api.dll", content=document, headers={k: v for k, v in sent.items() if v})
        assert answer.status_code == 200
        root: Element = fromstring(answer.content)
        return root

    def codes(self, document: str | bytes, **headers: str) -> list[str]:
        return [code.text or "" for code in self.send(document, **headers).iter(f"{{{NAMESPACE}}}ErrorCode")]

    def control(self, **document: Any) -> httpx.Response:
        return self.http.post("/_control", json=document)

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.http.get("/_control").json()
        return state

    def close(self) -> None:
        self.http.close()
        self.server.stop()


def without(tag: str) -> str:
    return re.sub(rf"<{tag}( [^>]*)?>.*</{tag}>", "", VALID, flags=re.S)


def with_value(tag: str, value: str) -> str:
    return re.sub(rf"(<{tag}( [^>]*)?>).*?(</{tag}>)", rf"\g<1>{value}\g<3>", VALID, count=1, flags=re.S)
