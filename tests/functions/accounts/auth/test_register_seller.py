"""POST /sellers/register."""

from tests.functions.accounts.auth.accounts import PASSWORD
from tests.functions.cloud import Cloud


def test_the_sample_event_registers_a_seller(cloud: Cloud) -> None:
    answer = cloud.call("register_seller")
    assert answer.status == 201
    assert set(answer.json) == {"id", "name", "email", "role", "token", "refresh_token", "expires_in"}
    assert answer.json["role"] == "seller"
    assert cloud.verdict(answer.json["token"])["roles"] == "seller"


def test_a_name_and_a_password_are_required_of_a_seller(cloud: Cloud) -> None:
    answer = cloud.call("register_seller", json={"email": "x@example.com"})
    assert answer.status == 400
    assert {problem["field"] for problem in answer.json["errors"]} == {"name", "password"}


def test_an_email_that_has_an_account_is_taken_for_a_(cloud: Cloud) -> None:
    person = {"name": "X", "email": "x@example.com", "password": PASSWORD}
    assert cloud.call("register_account", json=person).status == 201
    assert cloud.call("register_seller", json=person).status == 409
