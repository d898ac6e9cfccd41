"""POST /sellers/login."""

from tests.functions.accounts.auth.accounts import PASSWORD, register
from tests.functions.cloud import Cloud


def test_the_sample_event_signs_a_(cloud: Cloud) -> None:
    registered = cloud.call("register_seller").json
    answer = cloud.call("log_in_seller")
    assert answer.status == 200
    assert {name: answer.json[name] for name in ("id", "name", "email", "role")} == {
        name: registered[name] for name in ("id", "name", "email", "role")
    }
    assert cloud.verdict(answer.json["token"])["subject"] == registered["id"]


def test_an_account_that_is_no_(cloud: Cloud) -> None:
    register(cloud, "x@example.com", role="user")
    assert cloud.call("log_in_seller", json={"email": "x@example.com", "password": PASSWORD}).status == 403
    wrong = cloud.call("log_in_seller", json={"email": "x@example.com", "password": "wrong password"})
    assert (wrong.status, wrong.json["error"]) == (401, "invalid_credentials")
