"""Any request to the tables is lost, before or after its effect: the repeated call ends as if nothing had failed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.functions.accounts.auth.accounts import log_in, register
from tests.functions.cloud import Answer, Cloud
from tests.functions.storefront.sellers.shops import (
    apply,
    decide,
    follow,
    following,
    open_shop,
    operator,
    see,
    unfollow,
)

type Scenario = tuple[Callable[[], Answer], Callable[[], Any]]
"""The disturbed call, and a reader of the state afterwards."""


def applying(cloud: Cloud) -> Scenario:
    john = register(cloud)

    def seen() -> Any:
        shop = see(cloud, john.id).json
        roles = log_in(cloud, john.email).json["user"]["roles"]
        return shop["version"], shop["verification"], roles

    return lambda: apply(cloud, john.id, "one"), seen


def deciding(cloud: Cloud) -> Scenario:
    john, boss = open_shop(cloud), operator(cloud)

    def seen() -> Any:
        kept = [item["outcome"] for item in cloud.items("CatalogueTable") if item["sk"].startswith("RULING#")]
        return kept, see(cloud, john.id).json["version"]

    return lambda: decide(cloud, boss, john.id, "verify", "one"), seen


def beginning_to_follow(cloud: Cloud) -> Scenario:
    shop = open_shop(cloud).id
    return lambda: follow(cloud, "fan", shop, "one"), lambda: _follow(cloud, shop)


def ending_to_follow(cloud: Cloud) -> Scenario:
    shop = open_shop(cloud).id
    follow(cloud, "fan", shop)
    return lambda: unfollow(cloud, "fan", shop), lambda: _follow(cloud, shop)


def _follow(cloud: Cloud, shop: str) -> tuple[int, int]:
    return see(cloud, shop).json["follower_count"], len(following(cloud, "fan")["data"])


SCENARIOS: dict[Callable[[Cloud], Scenario], Any] = {
    applying: (1, "pending_verification", ["user", "seller"]),
    deciding: (["verified"], 2),
    beginning_to_follow: (1, 1),
    ending_to_follow: (0, 0),
}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("lost", range(3))
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_a_repeated_call_ends_as_if_nothing_had_failed(
    cloud: Cloud, scenario: Callable[[Cloud], Scenario], lost: int, moment: str
) -> None:
    call, seen = scenario(cloud)
    asked = {"before": count(), "after": count()}

    def fail_at(here: str) -> Callable[..., None]:
        def fail(**_: Any) -> None:
            if next(asked[here]) == lost and here == moment:
                raise ReadTimeoutError(endpoint_url="the table's")

        return fail

    with cloud.hooked(fail_at("before"), fail_at("after")):
        disturbed = call()
    requests = next(asked["before"])
    repeated = call()
    assert (disturbed.status == 503) == (lost < requests)
    assert repeated.status < 300
    assert seen() == SCENARIOS[scenario]
