"""The requests and units of each call about sellers, measured and compared with docs/access-patterns.md."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.accounts.auth.accounts import register
from tests.functions.capacity import billed, table_of
from tests.functions.cloud import Cloud
from tests.functions.storefront.sellers.shops import (
    apply,
    decide,
    edit,
    follow,
    following,
    open_shop,
    operator,
    see,
    unfollow,
)
from tests.functions.template import ROOT

type Scenario = Callable[[Cloud, str], Callable[[], Any]]
"""Prepares a followed shop for the call, and returns the call to measure."""


def deciding(cloud: Cloud, shop: str) -> Callable[[], Any]:
    boss = operator(cloud)
    return lambda: decide(cloud, boss, shop, "verify")


def a_page(cloud: Cloud, _: str) -> Callable[[], Any]:
    for number in range(21):
        follow(cloud, "collector", open_shop(cloud, f"Shop {number}").id)
    return lambda: following(cloud, "collector")


SCENARIOS: dict[str, Scenario] = {
    "register a seller": lambda cloud, _: lambda: open_shop(cloud, "Another"),
    "apply": lambda cloud, _: (lambda account: lambda: apply(cloud, account.id))(register(cloud)),
    "apply as a seller": lambda cloud, shop: lambda: apply(cloud, shop),
    "see a shop": lambda cloud, shop: lambda: see(cloud, shop),
    "edit a shop": lambda cloud, shop: lambda: edit(cloud, shop, bio="New"),
    "decide about a shop": deciding,
    "follow a shop": lambda cloud, shop: lambda: follow(cloud, "another", shop),
    "unfollow a shop": lambda cloud, shop: lambda: unfollow(cloud, "fan", shop),
    "unfollow one that is not followed": lambda cloud, shop: lambda: unfollow(cloud, "another", shop),
    "list whom one follows": a_page,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_call_costs_what_access_patterns_says(cloud: Cloud, name: str) -> None:
    shop = open_shop(cloud).id
    follow(cloud, "fan", shop)
    measured = SCENARIOS[name](cloud, shop)
    with billed(cloud) as bill:
        measured()
    assert table_of((ROOT / "docs/access-patterns.md").read_text(), "Sellers").get(name) == bill.row()


def test_every_row_of_access_patterns_is_measured() -> None:
    assert set(table_of((ROOT / "docs/access-patterns.md").read_text(), "Sellers")) == {"pattern", *SCENARIOS}
