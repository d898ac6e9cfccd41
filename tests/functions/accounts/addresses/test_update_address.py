"""PATCH /users/addresses/{id}."""

from typing import Any

import pytest

from tests.functions.accounts.addresses.address_books import add, listed, require_sound
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Answer, Cloud, Person


@pytest.fixture
def john(cloud: Cloud) -> Person:
    return Person(register(cloud).id)


def patch(cloud: Cloud, who: Person, address_id: str, body: Any, version: str | None = None) -> Answer:
    headers = {} if version is None else {"If-Match": version}
    return cloud.call("update_address", caller=who, json=body, params={"id": address_id}, headers=headers)


def test_the_sample_event_edits_an_address_and_makes_it_the_default(cloud: Cloud, john: Person) -> None:
    add(cloud, john)
    second = add(cloud, john).json
    answer = cloud.call("update_address", caller=john, params={"id": second["id"]})
    assert answer.status == 200
    assert answer.json == {**second, "address_line2": "Apt 4", "is_default": True}
    require_sound(cloud, john)


def test_fields_left_out_stay_and_null_clears(cloud: Cloud, john: Person) -> None:
    made = add(cloud, john, address_line2="Apt 4", phone="+1 212 555 0100").json
    edited = patch(cloud, john, made["id"], {"city": "Boston", "address_line2": " "})
    assert edited.json == {**made, "city": "Boston", "address_line2": None}
    assert edited.headers["etag"] == '"2"'
    assert listed(cloud, john) == [edited.json]


def test_the_default_cannot_be_cleared(cloud: Cloud, john: Person) -> None:
    first, second = add(cloud, john).json, add(cloud, john).json
    refused = patch(cloud, john, first["id"], {"is_default": False})
    assert (refused.status, refused.json["error"]) == (409, "default_address_needed")
    assert patch(cloud, john, second["id"], {"is_default": False}).status == 200
    require_sound(cloud, john)


def test_the_address_of_another_account_is_not_found(cloud: Cloud, john: Person) -> None:
    made = add(cloud, john).json
    bea = Person(register(cloud, "bea@example.com").id)
    assert patch(cloud, bea, made["id"], {"city": "Boston"}).status == 404
    assert patch(cloud, bea, made["id"], {"is_default": True}).status == 404
    require_sound(cloud, john)


@pytest.mark.parametrize("address_id", ["x", "..", "POSTAL#", "\u00e9", "x" * 900])
def test_an_unknown_id_is_not_found(cloud: Cloud, john: Person, address_id: str) -> None:
    assert patch(cloud, john, address_id, {"city": "Boston"}).status == 404


@pytest.mark.parametrize(("version", "status"), [('"1"', 200), ('"2"', 412), ("*", 200)])
def test_if_match_refuses_a_lost_update(cloud: Cloud, john: Person, version: str, status: int) -> None:
    made = add(cloud, john).json
    assert patch(cloud, john, made["id"], {"city": "Boston"}, version).status == status


@pytest.mark.parametrize(
    "bad",
    [
        {"full_name": None},
        {"address_line1": None},
        {"city": ""},
        {"city": "\u2800"},
        {"full_name": "\u3164"},
        {"country": None},
        {"country": "XX"},
        {"postal_code": None},
        {"phone": "no"},
    ],
    ids=str,
)
def test_bad_input_is_a_400_that_names_the_field(cloud: Cloud, john: Person, bad: dict[str, Any]) -> None:
    made = add(cloud, john).json
    answer = patch(cloud, john, made["id"], bad)
    assert answer.status == 400
    assert [problem["field"] for problem in answer.json["errors"]] == list(bad)
    assert listed(cloud, john) == [made]


def test_an_edit_is_one_read_and_one_write(cloud: Cloud, john: Person) -> None:
    add(cloud, john)
    made = add(cloud, john).json
    for body, write in (({"city": "X"}, "dynamodb:PutItem"), ({"is_default": True}, "dynamodb:TransactWriteItems")):
        cloud.calls.clear()
        patch(cloud, john, made["id"], body)
        assert cloud.operations() == ["dynamodb:BatchGetItem", write]
