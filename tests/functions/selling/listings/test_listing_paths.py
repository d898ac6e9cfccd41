"""How many files somebody has to read to follow a new listing from the request to the answer."""

from __future__ import annotations

from tests.functions.cloud import Cloud
from tests.functions.paths import trace
from tests.functions.selling.listings.sellers import Seller

MOST_FILES = 15


def test_creating_a_listing_runs_through_few_files(cloud: Cloud, john: Seller) -> None:
    john.create()
    found = trace(cloud, john.create)
    assert len(found.files) <= MOST_FILES, sorted(found.files)
