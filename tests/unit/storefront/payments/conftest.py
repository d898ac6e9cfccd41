"""Running stand-ins for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.storefront.payments.stripe_loopback import Shop, Stripe


@pytest.fixture
def stripe(tmp_path: Path) -> Iterator[Stripe]:
    """A stand-in whose events go nowhere."""
    running = Stripe(tmp_path / "state")
    yield running
    running.close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    running = Shop()
    yield running
    running.close()


@pytest.fixture
def heard(tmp_path: Path, shop: Shop) -> Iterator[Stripe]:
    """A stand-in that sends its events to `shop`."""
    running = Stripe(tmp_path / "state", shop.url)
    yield running
    running.close()
