"""POST /users/addresses."""

from typing import Any

import pytest

from tests.functions.accounts.addresses.address_books import HOME, add, listed, require_sound
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Cloud, Person


@pytest.fixture
def john(cloud: Cloud) -> Person:
    return Person(register(cloud).id)


def test_the_sample_event_adds_an_address(cloud: Cloud, john: Person) -> None:
    answer = cloud.call("create_address", caller=john)
    assert answer.status == 201
    assert answer.json == {
        "id": answer.json["id"],
        **HOME,
        "country": "US",
        "address_line2": None,
        "state_code": "NY",
        "phone": None,
        "phone_e164": None,
        "is_default": True,
    }
    assert answer.headers["etag"] == '"1"'
    require_sound(cloud, john)


def test_the_first_address_is_always_the_default(cloud: Cloud, john: Person) -> None:
    assert add(cloud, john, is_default=False).json["is_default"] is True
    assert add(cloud, john, is_default=False).json["is_default"] is False
    assert add(cloud, john, is_default=True).json["is_default"] is True
    require_sound(cloud, john)


def test_a_replay_answers_the_same_address_again(cloud: Cloud, john: Person) -> None:
    first, second = add(cloud, john, "one"), add(cloud, john, "one")
    assert (second.status, second.json) == (201, first.json)
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert len(listed(cloud, john)) == 1


def test_an_idempotency_key_reused_with_another_address_is_a_422(cloud: Cloud, john: Person) -> None:
    add(cloud, john, "one")
    answer = add(cloud, john, "one", city="Boston")
    assert (answer.status, answer.json["error"]) == (422, "idempotency_key_reused")
    assert len(listed(cloud, john)) == 1


def test_a_replay_is_not_found_after_the_address_was_removed(cloud: Cloud, john: Person) -> None:
    made = add(cloud, john, "one").json
    cloud.call("delete_address", caller=john, params={"id": made["id"]})
    assert add(cloud, john, "one").status == 404
    assert listed(cloud, john) == []


def test_a_book_holds_fifty_addresses(cloud: Cloud, john: Person) -> None:
    for number in range(50):
        assert add(cloud, john, f"key {number}").status == 201
    refused = add(cloud, john, "one too many")
    assert (refused.status, refused.json["error"]) == (409, "too_many_addresses")
    cloud.call("delete_address", caller=john, params={"id": listed(cloud, john)[0]["id"]})
    assert add(cloud, john, "one too many").status == 201
    require_sound(cloud, john)


def test_an_account_that_is_gone_cannot_add_an_address(cloud: Cloud) -> None:
    assert add(cloud, Person("gone")).status == 401
    assert cloud.items("IdentityTable") == []


@pytest.mark.parametrize(
    ("given", "stored"), [("US", "US"), ("usa", "US"), (" deu ", "DE"), ("XK", "XK"), ("GBR", "GB")]
)
def test_a_country_is_stored_in_two_letters(cloud: Cloud, john: Person, given: str, stored: str) -> None:
    codes = {"DE": "10115", "GB": "SW1A 1AA"}
    assert add(cloud, john, country=given, postal_code=codes.get(stored, "10001")).json["country"] == stored


@pytest.mark.parametrize(
    "bad",
    [
        {"full_name": ""},
        {"full_name": "x" * 101},
        {"address_line1": "   "},
        {"address_line1": "1 High St\r\nX-Injected: yes"},
        {"city": None},
        {"state": "x" * 81},
        {"postal_code": "!"},
        {"postal_code": None},
        {"postal_code": "1" * 13},
        {"postal_code": "1000"},
        {"country": "Atlantis"},
        {"country": "XX"},
        {"country": 840},
        {"phone": "call me"},
        {"phone": "+1"},
        {"is_default": "perhaps"},
    ],
    ids=str,
)
def test_bad_input_is_a_400_that_names_the_field(cloud: Cloud, john: Person, bad: dict[str, Any]) -> None:
    answer = add(cloud, john, **bad)
    assert answer.status == 400
    assert [problem["field"] for problem in answer.json["errors"]] == list(bad)
    assert listed(cloud, john) == []


@pytest.mark.parametrize(
    ("country", "left_out"),
    [
        *[(country, "postal_code") for country in ("JM", "GH", "PA", "TT", "CW", "AE", "IE", "VN", "NG", "CL", "HK")],
        *[(country, "city") for country in ("HK", "MO", "SG", "JP")],
    ],
)
def test_an_address_of_a_country_is_taken_without_what_its_people_leave_out(
    cloud: Cloud, john: Person, country: str, left_out: str
) -> None:
    codes = {"SG": "018956", "JP": "154-0023"}
    sent = {"country": country, "state": None, "postal_code": codes.get(country), left_out: None}
    answer = add(cloud, john, **sent)
    assert (answer.status, answer.json[left_out]) == (201, None)


def test_an_empty_text_of_a_form_is_none(cloud: Cloud, john: Person) -> None:
    answer = add(cloud, john, phone="", address_line2="  ", state="\u200b")
    assert answer.status == 201
    assert [answer.json[name] for name in ("phone", "address_line2", "state")] == [None, None, None]


def test_codes_are_beside_what_people_wrote(cloud: Cloud, john: Person) -> None:
    made = add(cloud, john, state="New York", postal_code="10001-1234 ", phone="(212) 555-0142").json
    assert (made["state"], made["state_code"]) == ("New York", "NY")
    assert (made["phone"], made["phone_e164"]) == ("(212) 555-0142", "+12125550142")
    tokyo = add(cloud, john, country="JP", state="Tokyo", city=None, postal_code="1540023", phone="12345").json
    assert (tokyo["state"], tokyo["state_code"], tokyo["postal_code"]) == ("Tokyo", "13", "154-0023")
    assert (tokyo["phone"], tokyo["phone_e164"]) == ("12345", None)
    assert listed(cloud, john) == [tokyo | {"is_default": False}, made]


def test_adding_the_default_address_is_one_transaction(cloud: Cloud, john: Person) -> None:
    cloud.calls.clear()
    cloud.call("create_address", caller=john)
    assert cloud.operations() == ["dynamodb:TransactWriteItems"]
