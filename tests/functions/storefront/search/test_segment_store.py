"""moto's S3 fulfils the contract that the index expects of S3, as the fake of the unit tests does."""

from __future__ import annotations

import pytest

from souk.storefront.search.adapters.index.fields import FORMAT
from souk.storefront.search.adapters.index.s3 import SegmentStore
from tests.functions.cloud import Cloud
from tests.unit.storefront.search.store_contract import StoreContract


class TestMoto(StoreContract):
    @pytest.fixture
    def store(self, cloud: Cloud) -> SegmentStore:
        return SegmentStore(lambda: cloud.client("s3"), cloud.physical["SearchBucket"], FORMAT)
