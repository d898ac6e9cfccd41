"""`bea` sells."""

from __future__ import annotations

import pytest

from tests.functions.cloud import Cloud
from tests.functions.storefront.catalogue.merchants import Merchant


@pytest.fixture
def bea(cloud: Cloud) -> Merchant:
    return Merchant(cloud)
