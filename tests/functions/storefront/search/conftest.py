from __future__ import annotations

import pytest

from tests.functions.cloud import Cloud
from tests.functions.storefront.search.markets import Market


@pytest.fixture
def market(cloud: Cloud) -> Market:
    """Of one shop, Ann's."""
    made = Market(cloud)
    made.opens("ann", "Ann's")
    return made
