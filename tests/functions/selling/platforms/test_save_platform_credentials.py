"""PUT /platforms/{platform}/credentials."""

from typing import Any

import pytest

from souk.selling.platforms.model import Credentials
from souk.shared.errors import Conflict
from souk.wiring import platforms
from tests.functions.accounts.auth.accounts import register, remove_account, set_standing
from tests.functions.cloud import Answer, Cloud, Person


@pytest.fixture
def john(cloud: Cloud) -> Person:
    return Person(register(cloud).id)


def put(cloud: Cloud, who: Person, body: Any, platform: str = "ebay") -> Answer:
    return cloud.call("save_platform_credentials", caller=who, json=body, params={"platform": platform})


def test_the_sample_event_connects_ebay(cloud: Cloud, john: Person) -> None:
    answer = cloud.call("save_platform_credentials", caller=john)
    assert answer.status == 200
    assert answer.json == {
        "platform": "ebay",
        "connected": True,
        "renewable": True,
        "expires_at": "2030-01-01T00:00:00.000Z",
        "updated_at": answer.json["updated_at"],
    }
    assert cloud.call("list_platforms", caller=john).json[0] == answer.json


def test_the_tokens_are_nowhere_in_clear_and_are_decrypted_for_publishing(cloud: Cloud, john: Person) -> None:
    put(cloud, john, {"access_token": "v^1.1#secret-access", "refresh_token": "v^1.1#secret-renewal"})
    assert "secret-" not in repr(cloud.items("IdentityTable"))
    opened = platforms.platforms().open_credentials(john.id, "ebay")
    assert (opened.access_token, opened.refresh_token) == ("v^1.1#secret-access", "v^1.1#secret-renewal")


def test_connecting_again_replaces_the_whole_earlier_connection(cloud: Cloud, john: Person) -> None:
    cloud.call("save_platform_credentials", caller=john)
    answer = put(cloud, john, {"access_token": "only"})
    assert (answer.json["renewable"], answer.json["expires_at"]) == (False, None)
    assert platforms.platforms().open_credentials(john.id, "ebay").refresh_token is None


def test_a_token_copied_to_another_owner_cannot_be_decrypted(cloud: Cloud, john: Person) -> None:
    put(cloud, john, {"access_token": "johns"})
    bea = Person(register(cloud, "bea@example.com").id)
    put(cloud, bea, {"access_token": "beas"})
    rows = {item["pk"]: item for item in cloud.items("IdentityTable") if item["sk"] == "PLATFORM#ebay"}
    cloud.client("dynamodb").update_item(
        TableName=cloud.physical["IdentityTable"],
        Key={"pk": {"S": f"ACCOUNT#{bea.id}"}, "sk": {"S": "PLATFORM#ebay"}},
        UpdateExpression="SET access_token = :stolen",
        ExpressionAttributeValues={":stolen": {"B": bytes(rows[f"ACCOUNT#{john.id}"]["access_token"])}},
    )
    with pytest.raises(Conflict, match="Connect it again") as raised:
        platforms.platforms().open_credentials(bea.id, "ebay")
    assert raised.value.code == "platform_not_connected"
    put(cloud, bea, {"access_token": "beas"})
    assert platforms.platforms().open_credentials(bea.id, "ebay").access_token == "beas"


def test_a_renewal_does_not_overwrite_a_newer_connection(cloud: Cloud, john: Person) -> None:
    put(cloud, john, {"access_token": "old", "refresh_token": "renewal"})
    opened = platforms.platforms().open_credentials(john.id, "ebay")
    renewed = Credentials("renewed", "renewal", None, opened.version)
    assert platforms.platforms().save_refreshed(john.id, "ebay", renewed)
    assert platforms.platforms().open_credentials(john.id, "ebay").access_token == "renewed"
    assert not platforms.platforms().save_refreshed(john.id, "ebay", renewed)
    put(cloud, john, {"access_token": "new"})
    assert not platforms.platforms().save_refreshed(john.id, "ebay", renewed)
    assert platforms.platforms().open_credentials(john.id, "ebay").access_token == "new"


@pytest.mark.parametrize("platform", ["amazon", "EBAY", "souk", "", "ebay#x", ".."])
def test_an_unknown_platform_is_not_found(cloud: Cloud, john: Person, platform: str) -> None:
    assert put(cloud, john, {"access_token": "x"}, platform).status == 404


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"access_token": ""},
        {"access_token": "x" * 4097},
        {"access_token": "two words"},
        {"access_token": "caf\u00e9"},
        {"access_token": "line\nbreak"},
        {"access_token": 7},
        {"access_token": "x", "refresh_token": "x" * 4097},
        {"access_token": "x", "expires_at": "soon"},
        {"access_token": "x", "expires_at": "2030-01-01T00:00:00"},
    ],
    ids=lambda bad: str(bad)[:40],
)
def test_bad_credentials_are_a_400_and_nothing_is_stored(cloud: Cloud, john: Person, bad: dict[str, Any]) -> None:
    answer = put(cloud, john, bad)
    assert answer.status == 400
    assert not [item for item in cloud.items("IdentityTable") if item["sk"].startswith("PLATFORM#")]


def test_a_token_of_4096_bytes_is_accepted(cloud: Cloud, john: Person) -> None:
    assert put(cloud, john, {"access_token": "x" * 4096}).status == 200


@pytest.mark.parametrize("loss", ["suspended", "gone"])
def test_a_token_that_outlives_its_account_connects_nothing(cloud: Cloud, john: Person, loss: str) -> None:
    if loss == "gone":
        remove_account(cloud, john.id)
    else:
        set_standing(cloud, john.id, "suspended")
    assert put(cloud, john, {"access_token": "x"}).status == 401


def test_connecting_is_one_read_and_one_write_and_seals_each_token_separately(cloud: Cloud, john: Person) -> None:
    cloud.calls.clear()
    cloud.call("save_platform_credentials", caller=john)
    assert cloud.operations() == ["dynamodb:GetItem", "kms:Encrypt", "kms:Encrypt", "dynamodb:PutItem"]
    contexts = [call.request["EncryptionContext"] for call in cloud.calls if call.operation == "Encrypt"]
    assert contexts == [
        {"owner": john.id, "platform": "ebay", "kind": "access_token"},
        {"owner": john.id, "platform": "ebay", "kind": "refresh_token"},
    ]
