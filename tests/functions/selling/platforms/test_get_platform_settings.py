"""GET /platforms/{platform}/settings."""

import pytest

from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from tests.functions.cloud import Cloud, Person

JOHN = Person("john")


def test_settings_that_were_never_saved_are_the_defaults(cloud: Cloud) -> None:
    answer = cloud.call("get_platform_settings", caller=JOHN)
    assert answer.status == 200
    assert answer.json == EbaySettings().model_dump(mode="json")
    assert answer.headers["etag"] == '"0"'


@pytest.mark.parametrize("platform", ["facebook", "amazon"])
def test_a_platform_without_settings_is_not_found(cloud: Cloud, platform: str) -> None:
    assert cloud.call("get_platform_settings", caller=JOHN, params={"platform": platform}).status == 404


def test_settings_are_one_read(cloud: Cloud) -> None:
    cloud.call("get_platform_settings", caller=JOHN)
    assert cloud.operations() == ["dynamodb:GetItem"]
