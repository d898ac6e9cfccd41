"""POST /buyers/register and POST /sellers/register."""

import pytest

from tests.functions.accounts.auth.accounts import PASSWORD
from tests.functions.cloud import Cloud

pytestmark = pytest.mark.parametrize("function", ["register_buyer", "register_seller"])


def test_the_sample_event_registers_an_account_with_the_role(cloud: Cloud, function: str) -> None:
    answer = cloud.call(function)
    assert answer.status == 201
    assert set(answer.json) == {"id", "name", "email", "role", "token", "refresh_token", "expires_in"}
    assert answer.json["role"] == function.removeprefix("register_")
    assert cloud.verdict(answer.json["token"])["roles"] == answer.json["role"]


def test_a_name_and_a_password_are_required(cloud: Cloud, function: str) -> None:
    answer = cloud.call(function, json={"email": "x@example.com"})
    assert answer.status == 400
    assert {problem["field"] for problem in answer.json["errors"]} == {"name", "password"}


def test_an_email_that_has_an_account_is_refused(cloud: Cloud, function: str) -> None:
    person = {"name": "X", "email": "x@example.com", "password": PASSWORD}
    assert cloud.call("register_account", json=person).status == 201
    assert cloud.call(function, json=person).status == 409
