"""One shop and one buyer for all tests of the storefront; each test makes its own products."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.testing import LocalStack
from tests.e2e.account import Heard
from tests.e2e.storefront.trading import Buyer, Shop, Stripe


@pytest.fixture(scope="session")
def shop(souk: LocalStack, heard: Heard) -> Shop:
    return Shop(souk, heard)


@pytest.fixture(scope="session")
def buyer(souk: LocalStack, heard: Heard) -> Buyer:
    return Buyer(souk, heard)


@pytest.fixture
def stripe(souk: LocalStack) -> Iterator[Stripe]:
    stand_in = Stripe(souk)
    stand_in.reset()
    yield stand_in
    stand_in.reset()
