"""The costs that docs/access-patterns.md states for accounts and platforms are those that are measured."""

from collections.abc import Callable
from typing import Any

import pytest

from souk.selling.platforms.model import Credentials
from souk.wiring import auth, platforms
from tests.functions.accounts.addresses.address_books import add
from tests.functions.accounts.auth.accounts import Registered, log_in, refresh, register
from tests.functions.capacity import billed, table_of
from tests.functions.cloud import Cloud, Person
from tests.functions.template import ROOT

type Scenario = Callable[[Cloud, Registered, Person], Callable[[], Any]]
"""Prepares the data and returns the call to measure."""


def simply(path: str, **how: Any) -> Scenario:
    return lambda cloud, _, caller: lambda: cloud.call(path, caller=caller, **how)


def with_address(path: str, number: int = 0, **how: Any) -> Scenario:
    def scenario(cloud: Cloud, _: Registered, caller: Person) -> Callable[[], Any]:
        made = [add(cloud, caller).json["id"] for _ in range(3)]
        return lambda: cloud.call(path, caller=caller, params={"id": made[number]}, **how)

    return scenario


def connected(call: Callable[[Cloud, str], Any]) -> Scenario:
    def scenario(cloud: Cloud, registered: Registered, caller: Person) -> Callable[[], Any]:
        cloud.call("save_platform_credentials", caller=caller)
        return lambda: call(cloud, registered.id)

    return scenario


def renewed(cloud: Cloud, registered: Registered, caller: Person) -> Callable[[], Any]:
    cloud.call("save_platform_credentials", caller=caller)
    opened = platforms.platforms().open_credentials(registered.id, "ebay")
    renewal = Credentials("renewed", "renewal", None, opened.version)
    return lambda: platforms.platforms().save_refreshed(registered.id, "ebay", renewal)


def named(cloud: Cloud, _: Registered, caller: Person) -> Callable[[], Any]:
    cloud.call("update_profile", caller=caller)
    return lambda: cloud.call("update_profile", caller=caller, json={"username": "another"})


def filled_book(cloud: Cloud, _: Registered, caller: Person) -> Callable[[], Any]:
    for _number in range(50):
        add(cloud, caller)
    return lambda: cloud.call("list_addresses", caller=caller)


IDENTITY: dict[str, Scenario] = {
    "register": lambda cloud, *_: lambda: register(cloud, "bea@example.com"),
    "sign in": lambda cloud, *_: lambda: log_in(cloud),
    "sign in, wrong password or unknown email": lambda cloud, *_: lambda: log_in(cloud, password="not the password"),
    "refresh": lambda cloud, registered, _: lambda: refresh(cloud, registered.refresh_token),
    "log out": simply("log_out"),
    "the caller": simply("get_current_account"),
    "the caller's profile": simply("get_profile"),
    "edit the profile": simply("update_profile", json={"bio": "x"}),
    "take a username": simply("update_profile"),
    "change a username": named,
    "list addresses": simply("list_addresses"),
    "list 50 addresses": filled_book,
    "add an address": simply("create_address"),
    "edit an address": with_address("update_address", json={"city": "Boston"}),
    "move the default": with_address("update_address", 1, json={"is_default": True}),
    "remove an address": with_address("delete_address", 1),
    "remove the default": with_address("delete_address", 0),
    "public keys, verify a token": lambda cloud, registered, _: lambda: cloud.verdict(registered.token),
    "reload_caller": lambda _cloud, registered, _: lambda: auth.current_account(registered.id),
    "make an operator": lambda cloud, registered, _: (
        lambda: cloud.invoke("grant_operator", {"email": registered.email})
    ),
}
PLATFORMS: dict[str, Scenario] = {
    "list platforms": connected(lambda cloud, owner: cloud.call("list_platforms", caller=Person(owner))),
    "connect": simply("save_platform_credentials"),
    "disconnect": connected(lambda cloud, owner: cloud.call("delete_platform_credentials", caller=Person(owner))),
    "read settings": simply("get_platform_settings"),
    "save settings": simply("save_platform_settings"),
    "require_connected": connected(lambda _, owner: platforms.require_connected(owner, "ebay")),
    "open_credentials": connected(lambda _, owner: platforms.platforms().open_credentials(owner, "ebay")),
    "save_refreshed": renewed,
}
EVERY = [
    *(("Identity", name, scenario) for name, scenario in IDENTITY.items()),
    *(("Platforms", name, scenario) for name, scenario in PLATFORMS.items()),
]


@pytest.mark.parametrize(("section", "name", "scenario"), EVERY, ids=[name for _, name, _ in EVERY])
def test_a_call_costs_what_its_row_says(cloud: Cloud, section: str, name: str, scenario: Scenario) -> None:
    registered = register(cloud)
    measured = scenario(cloud, registered, Person(registered.id))
    with billed(cloud) as bill:
        measured()
    assert table_of((ROOT / "docs/access-patterns.md").read_text(), section).get(name) == bill.row()


def test_every_row_is_measured() -> None:
    document = (ROOT / "docs/access-patterns.md").read_text()
    assert set(table_of(document, "Identity")) == {"pattern", *IDENTITY}
    assert set(table_of(document, "Platforms")) == {"pattern", *PLATFORMS}
