"""PUT /platforms/{platform}/settings."""

from typing import Any

import pytest

from souk.wiring import platforms
from tests.functions.cloud import Answer, Cloud, Person

JOHN, BEA = Person("john"), Person("bea")


def put(cloud: Cloud, body: Any, version: str | None = None, platform: str = "ebay") -> Answer:
    headers = {} if version is None else {"If-Match": version}
    return cloud.call("save_platform_settings", caller=JOHN, json=body, headers=headers, params={"platform": platform})


def test_the_sample_event_saves_settings(cloud: Cloud) -> None:
    answer = cloud.call("save_platform_settings", caller=JOHN)
    assert answer.status == 200
    assert (answer.json["location"], answer.json["dispatch_days"]) == ("New York, NY", 2)
    read = cloud.call("get_platform_settings", caller=JOHN)
    assert (read.json, read.headers["etag"]) == (answer.json, answer.headers["etag"])
    assert platforms.selling_terms().settings_of("john", "ebay").postal_code == "10001"


def test_prices_come_back_exactly(cloud: Cloud) -> None:
    shipping = [{"service": "USPSPriority", "cost": 0.1, "additional_cost": 9999999.99}]
    assert put(cloud, {"shipping": shipping}).json["shipping"] == shipping
    assert cloud.call("get_platform_settings", caller=JOHN).json["shipping"] == shipping


def test_settings_are_replaced_as_a_whole(cloud: Cloud) -> None:
    put(cloud, {"dispatch_days": 1, "location": "Boston"})
    assert put(cloud, {"dispatch_days": 5}).json["location"] == "United States"


def test_settings_belong_to_their_seller(cloud: Cloud) -> None:
    put(cloud, {"dispatch_days": 1})
    assert cloud.call("get_platform_settings", caller=BEA).json["dispatch_days"] == 3


def test_if_match_refuses_a_lost_update(cloud: Cloud) -> None:
    assert put(cloud, {}, '"1"').status == 412
    assert put(cloud, {}, '"0"').headers["etag"] == '"1"'
    assert put(cloud, {}, '"0"').status == 412
    assert put(cloud, {}, '"1"').headers["etag"] == '"2"'
    assert put(cloud, {}).headers["etag"] == '"3"'


def test_if_match_may_name_several_versions(cloud: Cloud) -> None:
    assert put(cloud, {}, '"1", "2"').status == 412
    assert put(cloud, {}, '"0", W/"7"').headers["etag"] == '"1"'
    assert put(cloud, {}, '"0", "2"').status == 412
    assert put(cloud, {}, '"0", "1"').headers["etag"] == '"2"'
    assert put(cloud, {}, '"of-somebody-else"').status == 412
    assert put(cloud, {}, "*").headers["etag"] == '"3"'


@pytest.mark.parametrize(
    "bad",
    [
        {"site": "ATLANTIS"},
        {"dispatch_days": -1},
        {"dispatch_days": "soon"},
        {"currency": "EUR"},
        {"policies": {"shipping_id": "1"}},
        {"shipping": [{"service": "x y", "cost": 1}]},
        {"shipping": [{"service": "x", "cost": -1}]},
        {"returns": {"within_days": 31}},
    ],
    ids=str,
)
def test_bad_settings_are_a_400_and_nothing_is_stored(cloud: Cloud, bad: dict[str, Any]) -> None:
    assert put(cloud, bad).status == 400
    assert cloud.items("IdentityTable") == []


@pytest.mark.parametrize("platform", ["facebook", "amazon"])
def test_a_platform_without_settings_is_not_found(cloud: Cloud, platform: str) -> None:
    assert put(cloud, {}, platform=platform).status == 404
    assert cloud.items("IdentityTable") == []


def test_saving_is_one_write(cloud: Cloud) -> None:
    put(cloud, {})
    assert cloud.operations() == ["dynamodb:UpdateItem"]
