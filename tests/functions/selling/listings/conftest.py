"""`john` is a seller; `ebay` replaces his marketplace in the wiring."""

from __future__ import annotations

import pytest

from souk.wiring import marketplaces
from tests.functions.cloud import Cloud
from tests.functions.selling.listings.sellers import Seller
from tests.harness.faults import Faults
from tests.harness.vendors import FakeEbay, FakeStudio


@pytest.fixture
def john(cloud: Cloud) -> Seller:
    return Seller(cloud)


@pytest.fixture
def ebay(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> FakeEbay:
    made = FakeEbay(Faults())
    monkeypatch.setattr(marketplaces, "marketplace", lambda _name, _owner: made)
    return made


@pytest.fixture
def studio(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> FakeStudio:
    made = FakeStudio(Faults())
    from functions.selling.listings import enrich_description, generate_images, poll_video, start_video

    monkeypatch.setattr(generate_images, "image_provider", lambda: made)
    monkeypatch.setattr(start_video, "video_provider", lambda: made)
    monkeypatch.setattr(poll_video, "video_provider", lambda: made)
    monkeypatch.setattr(enrich_description, "text_provider", lambda: made)
    return made
