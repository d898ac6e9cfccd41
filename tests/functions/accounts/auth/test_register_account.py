"""POST /auth/register and /auth/signup."""

from typing import Any

import pytest

from tests.functions.accounts.auth.accounts import PASSWORD, log_in, register
from tests.functions.cloud import Cloud

GOOD = {"email": "john@example.com", "password": PASSWORD, "full_name": "John Doe", "role": "user"}


def test_the_sample_event_registers_an_account_and_signs_it_in(cloud: Cloud) -> None:
    answer = cloud.call("register_account")
    assert answer.status == 201
    user = answer.json["user"]
    assert user == {
        "id": user["id"],
        "email": "john@example.com",
        "role": "user",
        "roles": ["user"],
        "full_name": "John Doe",
    }
    assert answer.json["expires_in"] == 900
    assert cloud.call("get_current_account", token=answer.json["token"]).json["id"] == user["id"]


@pytest.mark.parametrize("typed", ["John@Example.com", " JOHN@EXAMPLE.COM ", "\uff4aohn@example.com"])
def test_another_spelling_of_a_registered_email_is_taken(cloud: Cloud, typed: str) -> None:
    register(cloud, "john@example.com")
    answer = cloud.call("register_account", json={**GOOD, "email": typed})
    assert (answer.status, answer.json["error"]) == (409, "email_exists")


def test_a_refused_registration_stores_only_its_attempt_count(cloud: Cloud) -> None:
    register(cloud)
    before = {(item["pk"], item["sk"]) for item in cloud.items("IdentityTable")}
    assert cloud.call("register_account", json=GOOD).status == 409
    assert {(item["pk"], item["sk"]) for item in cloud.items("IdentityTable")} == before


@pytest.mark.parametrize(
    ("given", "stored"), [("SELLER", "seller"), ("creator", "Creator"), ("Advertiser", "Advertiser")]
)
def test_a_role_is_accepted_in_any_case_and_answered_in_its_own_spelling(cloud: Cloud, given: str, stored: str) -> None:
    assert cloud.call("register_account", json={**GOOD, "role": given}).json["user"]["role"] == stored


@pytest.mark.parametrize("role", ["Operator", "operator", "OPERATOR"])
def test_nobody_registers_as_an_operator(cloud: Cloud, role: str) -> None:
    assert cloud.call("register_account", json={**GOOD, "role": role}).status == 403
    assert cloud.items("IdentityTable") == []


def test_name_is_accepted_for_full_name(cloud: Cloud) -> None:
    answer = cloud.call("register_account", json={"email": "j@example.com", "password": PASSWORD, "name": "Jo"})
    assert answer.json["user"]["full_name"] == "Jo"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"password": "short77"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": 12345678}, "password"),
        ({"password": None}, "password"),
        ({"email": "john"}, "email"),
        ({"email": None}, "email"),
        ({"email": ["john@example.com"]}, "email"),
        ({"role": "admin"}, "role"),
        ({"role": 1}, "role"),
        ({"full_name": "x" * 101}, "full_name"),
        ({"full_name": "John\nDoe"}, "full_name"),
        ({"full_name": "John\x00"}, "full_name"),
    ],
)
def test_bad_input_is_a_400_that_names_the_field_and_stores_nothing(
    cloud: Cloud, changed: dict[str, Any], field: str
) -> None:
    answer = cloud.call("register_account", json={**GOOD, **changed})
    assert answer.status == 400
    assert [problem["field"] for problem in answer.json["errors"]] == [field]
    assert cloud.items("IdentityTable") == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b'{"email": "\\ud800@example.com"}', b"\xff\xfe"])
def test_a_malformed_registration_is_a_400(cloud: Cloud, body: bytes) -> None:
    assert cloud.call("register_account", body=body).status == 400


@pytest.mark.parametrize("password", ["12345678", "x" * 128, "pass phrase \u00e9\U0001f511", "\\\"';--<>&"])
def test_any_password_of_8_to_128_characters_is_accepted(cloud: Cloud, password: str) -> None:
    assert cloud.call("register_account", json={**GOOD, "password": password}).status == 201
    assert log_in(cloud, password=password).status == 200


def test_registrations_from_one_network_are_limited(cloud: Cloud) -> None:
    limit = 50
    counter = {"pk": {"S": "ATTEMPTS#registration#network#203.0.113.7"}}
    register(cloud, "first@example.com")
    [item] = [item for item in cloud.items("IdentityTable") if item["pk"] == counter["pk"]["S"]]
    cloud.client("dynamodb").update_item(
        TableName=cloud.physical["IdentityTable"],
        Key={**counter, "sk": {"S": item["sk"]}},
        UpdateExpression="SET attempts = :limit",
        ExpressionAttributeValues={":limit": {"N": str(limit)}},
    )
    answer = cloud.call("register_account", json=GOOD)
    assert (answer.status, answer.json["error"]) == (429, "too_many_attempts")
    assert 0 < int(answer.headers["retry-after"]) <= 900
    assert cloud.call("register_account", json=GOOD, source_ip="198.51.100.1").status == 201


def test_registering_is_one_transaction_after_counting_the_attempt(cloud: Cloud) -> None:
    register(cloud)
    assert cloud.operations() == [
        *["dynamodb:UpdateItem"] * 3,
        "kms:GenerateMac",
        "kms:Sign",
        "dynamodb:TransactWriteItems",
    ]
