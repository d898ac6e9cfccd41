"""One shop, one buyer, and Stripe."""

from __future__ import annotations

import json

import pytest

from souk.wiring import storage
from tests.functions.cloud import Cloud
from tests.functions.storefront.orders.market import Buyer, Shop
from tests.functions.storefront.orders.stripe import FakeStripe


@pytest.fixture
def stripe(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> FakeStripe:
    secret = json.dumps({"stripe_api_key": "sk_test_sample", "stripe_webhook_secret": "whsec_sample"})
    cloud.client("secretsmanager").put_secret_value(SecretId=cloud.physical["VendorSecret"], SecretString=secret)
    fake = FakeStripe()
    monkeypatch.setattr(storage, "http_client", lambda: fake.client)
    return fake


@pytest.fixture
def shop(cloud: Cloud) -> Shop:
    return Shop(cloud)


@pytest.fixture
def buyer(cloud: Cloud, stripe: FakeStripe) -> Buyer:
    return Buyer(cloud)
