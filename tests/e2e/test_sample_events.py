"""The sample events that `make invoke` sends into containers: here each function runs in the local cloud itself.

So they stay right without a container engine. Those that need or start the making of media take seconds each; they are
left to `make invoke-all`, and what they do to test_main_job.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest

from local.cloud import local_client
from local.containers.accounts import Accounts
from local.containers.commands import file_name
from local.containers.samples import SAMPLES, sample_event, sample_of
from local.containers.template import all_variables, deployed_functions
from local.containers.world import World
from local.invoking import Functions
from local.settings import read_settings
from local.testing import LocalStack

_MEDIA = frozenset({
    *("generate_media", "generate_images", "start_video", "enrich_description", "approve_media", "reject_media"),
    *("preflight_listing", "publish_listing", "publish_to_marketplace", "give_up_publishing"),
})  # fmt: skip


@pytest.fixture(scope="module")
def functions(souk: LocalStack) -> Functions:
    return Functions(replace(read_settings({}), data=souk.data))


@pytest.fixture(scope="module")
def physical(souk: LocalStack) -> dict[str, dict[str, str]]:
    return deployed_functions(souk.client)


@pytest.fixture(scope="module")
def world(souk: LocalStack, functions: Functions, physical: dict[str, dict[str, str]]) -> Iterator[World]:
    with closing(Accounts(souk.url, functions)) as accounts:
        client = partial(local_client, endpoint=souk.places.endpoint)
        yield World(souk.places, accounts, client, all_variables(physical))


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - _MEDIA))
def test_a_sample_event_is_answered_as_it_says(
    name: str, souk: LocalStack, world: World, functions: Functions, physical: dict[str, dict[str, str]]
) -> None:
    [function] = (one["FunctionName"] for logical, one in physical.items() if file_name(logical) == name)
    event = json.dumps(sample_event(name, world, functions))
    answer = json.loads(souk.client("lambda").invoke(FunctionName=function, Payload=event)["Payload"].read())
    assert sample_of(name).accepts(answer), answer
