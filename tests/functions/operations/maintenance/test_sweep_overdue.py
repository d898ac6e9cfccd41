"""sweep_overdue"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.functions.cloud import Answer, Cloud, Person

SELLER = Person("01890000-0000-7000-8000-00000000000a", ("seller",))


@pytest.fixture
def listing_id(cloud: Cloud) -> str:
    created = cloud.call("create_listing", caller=SELLER)
    assert created.status == 201, created.body
    identifier: str = created.json["id"]
    return identifier


def sweep(cloud: Cloud, *, starting: bool) -> dict[str, int]:
    event = json.loads('{"starting": true}') if starting else {"source": "aws.events", "detail": {}}
    touched: dict[str, int] = cloud.invoke("sweep_overdue", event)
    return touched


def act(cloud: Cloud, what: str, listing_id: str) -> Answer:
    return cloud.call(what, params={"id": listing_id}, caller=SELLER)


def test_a_listing_without_a_running_workflow_is_restarted(cloud: Cloud, listing_id: str) -> None:
    act(cloud, "generate_media", listing_id)
    [before] = [item for item in cloud.items("ListingsTable") if item["sk"].startswith("LISTING#")]
    assert sweep(cloud, starting=True) == {"touched": 1}
    [after] = [item for item in cloud.items("ListingsTable") if item["sk"].startswith("LISTING#")]
    assert after["run"] == before["run"] + 1
    assert "stepfunctions:DescribeExecution" in cloud.operations()


def test_a_listing_that_is_not_due_is_unchanged(cloud: Cloud, listing_id: str) -> None:
    act(cloud, "generate_media", listing_id)
    assert sweep(cloud, starting=False) == {"touched": 0}


def test_a_draft_is_unchanged(cloud: Cloud, listing_id: str) -> None:
    assert sweep(cloud, starting=True) == {"touched": 0}


def test_a_photo_that_was_never_checked_is_processed_again(
    cloud: Cloud, listing_id: str, invoked: list[dict[str, Any]]
) -> None:
    photos = act(cloud, "add_photos", listing_id).json["photos"]
    sweep(cloud, starting=True)
    assert [event["detail"]["object"]["key"].rsplit("/", 1)[-1].split(".")[0] for event in invoked] == [
        photo["id"] for photo in photos
    ]
