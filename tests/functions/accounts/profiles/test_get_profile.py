"""GET /users/me."""

from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Cloud, Person


def test_a_new_account_has_an_empty_profile(cloud: Cloud) -> None:
    registered = register(cloud)
    answer = cloud.call("get_profile", token=registered.token)
    assert answer.status == 200
    assert answer.json == {
        "id": registered.id,
        "email": "john@example.com",
        "profile": {
            "avatar_url": None,
            "bio": None,
            "username": None,
            "gender": None,
            "interests": [],
            "preferences": {},
        },
    }
    assert answer.headers["etag"] == '"1"'


def test_the_profile_of_an_account_that_is_gone_is_a_401(cloud: Cloud) -> None:
    answer = cloud.call("get_profile", caller=Person("gone"))
    assert (answer.status, answer.json["error"]) == (401, "account_gone")


def test_a_profile_is_one_read(cloud: Cloud) -> None:
    caller = Person(register(cloud).id)
    cloud.calls.clear()
    cloud.call("get_profile", caller=caller)
    assert cloud.operations() == ["dynamodb:GetItem"]
