"""Running stand-ins for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.selling.marketplaces.ebay_loopback import Ebay


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ebay]:
    """Shared by all tests that do not change its state."""
    running = Ebay(tmp_path_factory.mktemp("strict"))
    yield running
    running.close()


@pytest.fixture
def ebay(tmp_path: Path) -> Iterator[Ebay]:
    running = Ebay(tmp_path / "state")
    yield running
    running.close()
