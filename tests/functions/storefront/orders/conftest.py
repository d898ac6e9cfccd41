"""One shop, one buyer, and Stripe."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from souk.wiring import storage
from tests.functions.cloud import Cloud
from tests.functions.storefront.orders.market import Buyer, Shop
from tests.unit.storefront.payments.stripe_in_process import Stripe


@pytest.fixture
def stripe(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stripe]:
    secret = json.dumps({"stripe_api_key": "sk_test_sample", "stripe_webhook_secret": "whsec_sample"})
    cloud.client("secretsmanager").put_secret_value(SecretId=cloud.physical["VendorSecret"], SecretString=secret)
    running = Stripe()
    monkeypatch.setattr(storage, "http_client", lambda: running.client)
    yield running
    running.close()


@pytest.fixture
def shop(cloud: Cloud) -> Shop:
    return Shop(cloud)


@pytest.fixture
def buyer(cloud: Cloud, stripe: Stripe) -> Buyer:
    return Buyer(cloud, stripe)
