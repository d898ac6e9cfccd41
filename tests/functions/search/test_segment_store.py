"""moto's S3 keeps what the index takes for granted, as the fake of the unit tests does."""

from __future__ import annotations

import pytest

from souk.search.fields import FORMAT
from souk.search.storage import SegmentStore
from tests.functions.cloud import Cloud
from tests.unit.search.store_contract import StoreContract


class TestMoto(StoreContract):
    @pytest.fixture
    def store(self, cloud: Cloud) -> SegmentStore:
        return SegmentStore(lambda: cloud.client("s3"), cloud.physical["SearchBucket"], FORMAT)
