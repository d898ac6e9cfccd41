"""DELETE /platforms/{platform}/credentials."""

import pytest

from souk.shared.errors import Conflict
from souk.wiring import platforms
from tests.functions.accounts.auth.accounts import register, set_standing
from tests.functions.cloud import Cloud, Person


@pytest.fixture
def john(cloud: Cloud) -> Person:
    return Person(register(cloud).id)


def test_disconnecting_a_platform_deletes_its_tokens(cloud: Cloud, john: Person) -> None:
    cloud.call("save_platform_credentials", caller=john)
    assert cloud.call("delete_platform_credentials", caller=john).status == 204
    assert not cloud.call("list_platforms", caller=john).json[0]["connected"]
    assert not [item for item in cloud.items("IdentityTable") if item["sk"].startswith("PLATFORM#")]
    with pytest.raises(Conflict, match="Connect your ebay account"):
        platforms.platforms().open_credentials(john.id, "ebay")
    with pytest.raises(Conflict, match="Connect your ebay account"):
        platforms.require_connected(john.id, "ebay")


def test_disconnecting_without_a_connection_succeeds(cloud: Cloud, john: Person) -> None:
    assert cloud.call("delete_platform_credentials", caller=john).status == 204


def test_an_unknown_platform_is_not_found(cloud: Cloud, john: Person) -> None:
    answer = cloud.call("delete_platform_credentials", caller=john, params={"platform": "amazon"})
    assert answer.status == 404


def test_the_connection_of_another_seller_is_kept(cloud: Cloud, john: Person) -> None:
    cloud.call("save_platform_credentials", caller=john)
    bea = Person(register(cloud, "bea@example.com").id)
    cloud.call("delete_platform_credentials", caller=bea)
    assert cloud.call("list_platforms", caller=john).json[0]["connected"]


def test_a_suspended_account_changes_nothing(cloud: Cloud, john: Person) -> None:
    cloud.call("save_platform_credentials", caller=john)
    set_standing(cloud, john.id, "suspended")
    assert cloud.call("delete_platform_credentials", caller=john).status == 401
    assert cloud.call("list_platforms", caller=john).json[0]["connected"]
