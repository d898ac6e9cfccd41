"""PATCH /users/profile."""

from typing import Any

import pytest

from souk.wiring import profiles
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Answer, Cloud, Person

FULL = {
    "avatar_url": "https://cdn.example/a.png?x=1",
    "bio": "Sells things.\nSince 1999.",
    "username": "John.Doe",
    "gender": "male",
    "interests": ["tech", "fashion"],
    "preferences": {"theme": "dark", "ratio": 0.1, "nested": {"list": [1, None, True, "x"]}},
}


@pytest.fixture
def john(cloud: Cloud) -> Person:
    return Person(register(cloud).id)


def patch(cloud: Cloud, who: Person, body: Any, version: str | None = None) -> Answer:
    headers = {} if version is None else {"If-Match": version}
    return cloud.call("update_profile", caller=who, json=body, headers=headers)


def usernames(cloud: Cloud) -> set[str]:
    return {item["pk"].removeprefix("USERNAME#") for item in cloud.items("IdentityTable") if item["sk"] == "USERNAME"}


def test_the_sample_event_edits_a_profile(cloud: Cloud, john: Person) -> None:
    answer = cloud.call("update_profile", caller=john)
    assert answer.status == 200
    assert answer.json["profile"]["username"] == "johndoe"


def test_every_field_is_answered_as_it_was_sent(cloud: Cloud, john: Person) -> None:
    assert patch(cloud, john, FULL).json["profile"] == FULL
    answer = cloud.call("get_profile", caller=john)
    assert (answer.json["profile"], answer.headers["etag"]) == (FULL, '"2"')


def test_fields_left_out_stay_and_null_clears(cloud: Cloud, john: Person) -> None:
    patch(cloud, john, FULL)
    after = patch(cloud, john, {"bio": "New."}).json["profile"]
    assert after == {**FULL, "bio": "New."}
    cleared = patch(cloud, john, dict.fromkeys(FULL)).json["profile"]
    assert cleared == {**dict.fromkeys(FULL), "interests": [], "preferences": {}}
    assert usernames(cloud) == set()


def test_an_empty_edit_changes_nothing(cloud: Cloud, john: Person) -> None:
    assert patch(cloud, john, {}).headers["etag"] == '"1"'


def test_a_username_is_unique_without_case(cloud: Cloud, john: Person) -> None:
    bea = Person(register(cloud, "bea@example.com").id)
    assert patch(cloud, john, {"username": "John.Doe"}).status == 200
    refused = patch(cloud, bea, {"username": "jOHN.dOE", "bio": "x"})
    assert (refused.status, refused.json["error"]) == (409, "username_taken")
    assert cloud.call("get_profile", caller=bea).json["profile"]["bio"] is None


def test_an_account_can_change_the_case_of_its_username_and_send_it_again(cloud: Cloud, john: Person) -> None:
    for username in ("johndoe", "johndoe", "JohnDoe"):
        assert patch(cloud, john, {"username": username}).json["profile"]["username"] == username
    assert usernames(cloud) == {"johndoe"}


def test_a_username_that_was_given_up_can_be_taken_again(cloud: Cloud, john: Person) -> None:
    bea = Person(register(cloud, "bea@example.com").id)
    patch(cloud, john, {"username": "first"})
    patch(cloud, john, {"username": "second"})
    assert patch(cloud, bea, {"username": "FIRST"}).status == 200
    assert usernames(cloud) == {"first", "second"}


@pytest.mark.parametrize(
    ("version", "status"), [('"1"', 200), ('W/"1"', 200), ("*", 200), ('"2"', 412), ('"0"', 412), ("x", 400)]
)
def test_if_match_refuses_a_lost_update(cloud: Cloud, john: Person, version: str, status: int) -> None:
    assert patch(cloud, john, {"bio": "x"}, version).status == status


def edit_concurrently(cloud: Cloud, john: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another call edits the profile once, between the read and the write of the next edit."""
    service = profiles.profiles()
    store: Any = service._profiles
    save = store.save

    def late(before: Any, after: Any) -> None:
        monkeypatch.setattr(store, "save", save)
        service.update(john.id, {"gender": "other", "username": "rival"}, None)
        save(before, after)

    monkeypatch.setattr(store, "save", late)


def test_an_edit_keeps_a_concurrent_edit(cloud: Cloud, john: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    edit_concurrently(cloud, john, monkeypatch)
    profile = patch(cloud, john, {"bio": "mine", "username": "mine"}).json["profile"]
    assert (profile["bio"], profile["gender"], profile["username"]) == ("mine", "other", "mine")
    assert usernames(cloud) == {"mine"}


def test_if_match_refuses_to_overwrite_a_concurrent_edit(
    cloud: Cloud, john: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_concurrently(cloud, john, monkeypatch)
    assert patch(cloud, john, {"bio": "mine", "username": "mine"}, '"1"').status == 412
    profile = cloud.call("get_profile", caller=john).json["profile"]
    assert (profile["bio"], profile["username"]) == (None, "rival")
    assert usernames(cloud) == {"rival"}


@pytest.mark.parametrize(
    "bad",
    [
        {"avatar_url": "http://cdn.example/a.png"},
        {"avatar_url": "javascript:alert(1)"},
        {"avatar_url": "https://"},
        {"avatar_url": "https://user:secret@cdn.example/a.png"},
        {"avatar_url": "https://cdn.example/" + "x" * 2048},
        {"avatar_url": "https://[::1"},
        {"bio": "x" * 1001},
        {"bio": "nul\x00"},
        {"bio": 7},
        {"username": "ab"},
        {"username": "x" * 31},
        {"username": "-ab"},
        {"username": "john doe"},
        {"username": "j\u00f6hn"},
        {"username": "jo\nhn"},
        {"gender": "x" * 41},
        {"interests": "tech"},
        {"interests": [""]},
        {"interests": ["x" * 51]},
        {"interests": ["x"] * 51},
        {"interests": [1]},
        {"preferences": []},
        {"preferences": "dark"},
        {"preferences": {"x": "y" * 8192}},
    ],
    ids=lambda bad: str(bad)[:40],
)
def test_bad_input_is_a_400_that_names_the_field(cloud: Cloud, john: Person, bad: dict[str, Any]) -> None:
    answer = patch(cloud, john, bad)
    assert answer.status == 400
    assert answer.json["errors"][0]["field"].split(".")[0] == next(iter(bad))


def test_an_empty_text_clears_like_null(cloud: Cloud, john: Person) -> None:
    full = {"bio": "Hello", "gender": "f", "username": "john", "avatar_url": "https://cdn.example/a.png"}
    assert patch(cloud, john, full).json["profile"].items() >= full.items()
    cleared = patch(cloud, john, {"bio": " ", "gender": "", "username": "", "avatar_url": "\u200b"}).json["profile"]
    assert [cleared[name] for name in full] == [None] * 4


@pytest.mark.parametrize(
    "body",
    [
        b'{"preferences":{"x":NaN}}',
        b'{"preferences":{"x":1e999}}',
        b'{"preferences":{"x":' + b"[" * 5000 + b"]" * 5000 + b"}}",
    ],
)
def test_preferences_that_are_not_json_are_a_400(cloud: Cloud, john: Person, body: bytes) -> None:
    assert cloud.call("update_profile", caller=john, body=body).status == 400


def test_an_edit_is_one_read_and_one_write(cloud: Cloud, john: Person) -> None:
    for body, write in (({"bio": "x"}, "dynamodb:UpdateItem"), ({"username": "john"}, "dynamodb:TransactWriteItems")):
        cloud.calls.clear()
        patch(cloud, john, body)
        assert cloud.operations() == ["dynamodb:GetItem", write]
