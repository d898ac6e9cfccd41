"""GET /users/addresses."""

import re

import pytest

from tests.functions.accounts.addresses.address_books import add, listed
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Cloud, Person


@pytest.fixture
def john(cloud: Cloud) -> Person:
    return Person(register(cloud).id)


def test_a_new_account_has_no_addresses(cloud: Cloud, john: Person) -> None:
    assert listed(cloud, john) == []


def test_addresses_are_listed_newest_first_with_one_default(cloud: Cloud, john: Person) -> None:
    ids = [add(cloud, john).json["id"] for _ in range(4)]
    found = listed(cloud, john)
    assert [address["id"] for address in found] == ids[::-1]
    assert [address["is_default"] for address in found] == [False, False, False, True]


def test_nobody_sees_anothers_addresses(cloud: Cloud, john: Person) -> None:
    add(cloud, john)
    assert listed(cloud, Person(register(cloud, "bea@example.com").id)) == []


def test_following_the_page_links_shows_each_address_once(cloud: Cloud, john: Person) -> None:
    ids = [add(cloud, john).json["id"] for _ in range(5)]
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        answer = cloud.call("list_addresses", caller=john, query=query)
        seen += [address["id"] for address in answer.json]
        link = re.fullmatch(
            r'</api/v1/users/addresses\?limit=2&cursor=([\w-]+)>; rel="next"', answer.headers.get("link", "")
        )
        if link is None:
            break
        query = {"limit": "2", "cursor": link[1]}
    assert seen == ids[::-1]
    assert "link" not in answer.headers


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"cursor": "x"}, {"cursor": "e30"}]
)
def test_a_bad_page_is_a_400(cloud: Cloud, john: Person, query: dict[str, str]) -> None:
    assert cloud.call("list_addresses", caller=john, query=query).status == 400


def test_a_list_is_one_query(cloud: Cloud, john: Person) -> None:
    add(cloud, john)
    cloud.calls.clear()
    listed(cloud, john)
    assert cloud.operations() == ["dynamodb:Query"]


def test_a_connected_platform_is_not_listed_as_an_address(cloud: Cloud, john: Person) -> None:
    cloud.call("save_platform_credentials", caller=john)
    cloud.call("save_platform_settings", caller=john)
    assert listed(cloud, john) == []
