"""`bea` sells."""

from __future__ import annotations

import pytest

from tests.functions.catalogue.merchants import Merchant
from tests.functions.cloud import Cloud


@pytest.fixture
def bea(cloud: Cloud) -> Merchant:
    return Merchant(cloud)
