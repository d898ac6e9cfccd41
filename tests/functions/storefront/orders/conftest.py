"""One shop, one buyer, and Stripe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functions.cloud import Cloud
from tests.functions.storefront.orders.market import Buyer, Shop, stripe_for
from tests.unit.storefront.payments.stripe_in_process import Stripe


@pytest.fixture
def stripe(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stripe]:
    with stripe_for(cloud, monkeypatch) as running:
        yield running


@pytest.fixture
def shop(cloud: Cloud) -> Shop:
    return Shop(cloud)


@pytest.fixture
def buyer(cloud: Cloud, stripe: Stripe) -> Buyer:
    return Buyer(cloud, stripe)
