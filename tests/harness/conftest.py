"""`made` is a new world of listings for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.world import World, world


@pytest.fixture
def made() -> Iterator[World]:
    with world() as one:
        yield one
