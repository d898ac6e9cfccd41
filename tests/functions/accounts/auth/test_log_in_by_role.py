"""POST /buyers/login and POST /sellers/login."""

import pytest

from tests.functions.accounts.auth.accounts import PASSWORD, register
from tests.functions.cloud import Cloud

pytestmark = pytest.mark.parametrize("function", ["log_in_buyer", "log_in_seller"])


def test_the_sample_event_signs_in_with_the_role(cloud: Cloud, function: str) -> None:
    registered = cloud.call(function.replace("log_in", "register")).json
    answer = cloud.call(function)
    assert answer.status == 200
    assert {name: answer.json[name] for name in ("id", "name", "email", "role")} == {
        name: registered[name] for name in ("id", "name", "email", "role")
    }
    assert cloud.verdict(answer.json["token"])["subject"] == registered["id"]


def test_an_account_without_the_role_is_refused_once_its_password_is_checked(cloud: Cloud, function: str) -> None:
    register(cloud, "x@example.com", role="user")
    assert cloud.call(function, json={"email": "x@example.com", "password": PASSWORD}).status == 403
    wrong = cloud.call(function, json={"email": "x@example.com", "password": "wrong password"})
    assert (wrong.status, wrong.json["error"]) == (401, "invalid_credentials")
