"""eBay and Stripe in the process that records: they answer, and what they were asked is noted."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

import httpx
import pytest

from souk.wiring import storage
from tests.functions.cloud import Cloud
from tests.unit.selling.marketplaces.ebay_builders import fees_xml, reply_xml
from tests.unit.storefront.payments.stripe_in_process import Stripe

EBAY: Final = "ebay"
STRIPE: Final = "stripe"
ADDRESSES: Final = {"EBAY_API_URL": EBAY, "STRIPE_API_URL": STRIPE}
"""Environment variables, and the path under which the vendor is found."""
_SECRETS: Final = {"stripe_api_key": "sk_test_sample", "stripe_webhook_secret": "whsec_sample"}
_EBAY_SAYS: Final = reply_xml("VerifyAddFixedPriceItem", "Success", body=fees_xml(InsertionFee="0.35"))
_TOLD: Final = frozenset({"authorization", "content-type", "idempotency-key", "stripe-version", "x-ebay-api-call-name"})


def stripe_for(cloud: Cloud, environment: pytest.MonkeyPatch) -> Stripe:
    """The bank of the tests for all functions that are called in this process."""
    keep_secrets(cloud)
    stripe = Stripe()
    environment.setattr(storage, "http_client", lambda: stripe.client)
    return stripe


def keep_secrets(cloud: Cloud) -> None:
    secret = {"SecretId": cloud.physical["VendorSecret"], "SecretString": json.dumps(_SECRETS)}
    cloud.client("secretsmanager").put_secret_value(**secret)


class Vendors:
    """`stripe` is the bank of the tests. `exchanges`: what functions asked since it was last cleared, as the stand-in
    and the handlers that Souk is compared with need it.
    """

    def __init__(self) -> None:
        self.stripe = Stripe()
        self.client = httpx.Client(transport=httpx.MockTransport(self._answer))
        self.exchanges: list[dict[str, Any]] = []

    def _answer(self, sent: httpx.Request) -> httpx.Response:
        vendor, _, path = sent.url.path.lstrip("/").partition("/")
        reply = self._ebay() if vendor == EBAY else self._stripe(sent, path)
        self.exchanges.append(
            {
                "vendor": vendor,
                "target": f"{sent.method} {sent.url.path.strip('/')}",
                "method": sent.method,
                "path": path,
                "headers": {name: value for name, value in sent.headers.items() if name in _TOLD},
                "request": sent.content.decode(),
                "status": reply.status_code,
                "answer_headers": {"content-type": reply.headers["content-type"]},
                "body": base64.b64encode(reply.content).decode(),
            }
        )
        return reply

    def _ebay(self) -> httpx.Response:
        return httpx.Response(200, content=_EBAY_SAYS, headers={"content-type": "text/xml"})

    def _stripe(self, sent: httpx.Request, path: str) -> httpx.Response:
        url = sent.url.copy_with(path=f"/{path}")
        return self.stripe.client.send(httpx.Request(sent.method, url, headers=sent.headers, content=sent.content))
