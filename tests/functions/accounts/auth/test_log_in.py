"""POST /auth/login."""

import pytest

from tests.functions.accounts.auth.accounts import PASSWORD, log_in, register, remove_account, set_standing
from tests.functions.cloud import Cloud


def test_the_sample_event_signs_in(cloud: Cloud) -> None:
    registered = register(cloud)
    answer = cloud.call("log_in")
    assert answer.status == 200
    assert answer.json["user"]["id"] == registered.id
    assert answer.json["refresh_token"] != registered.refresh_token


def test_an_email_signs_in_in_any_spelling(cloud: Cloud) -> None:
    register(cloud)
    assert log_in(cloud, "  JOHN@Example.Com").status == 200


def test_an_unknown_email_and_a_wrong_password_get_the_same_answer(cloud: Cloud) -> None:
    register(cloud)
    wrong = log_in(cloud, password="not the password")
    unknown = log_in(cloud, email="nobody@example.com")
    assert wrong.status == 401
    assert (wrong.status, wrong.body, wrong.headers) == (unknown.status, unknown.body, unknown.headers)


def test_an_unknown_email_and_a_wrong_password_make_the_same_requests(cloud: Cloud) -> None:
    register(cloud)
    asked = []
    for email in ("john@example.com", "nobody@example.com"):
        cloud.calls.clear()
        log_in(cloud, email, "not the password")
        asked.append(cloud.operations())
    assert asked[0] == asked[1] == [*["dynamodb:UpdateItem"] * 3, "dynamodb:GetItem"]


def test_the_eleventh_attempt_is_refused_even_with_the_right_password(cloud: Cloud) -> None:
    register(cloud)
    for _ in range(10):
        assert log_in(cloud, password="not the password").status == 401
    refused = log_in(cloud)
    assert (refused.status, refused.json["error"]) == (429, "too_many_attempts")
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert log_in(cloud, source_ip="198.51.100.1").status == 200


def test_a_refused_attempt_hashes_no_password(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    register(cloud)
    for _ in range(10):
        log_in(cloud, password="not the password")
    hashed: list[str] = []
    monkeypatch.setattr("souk.accounts.auth.adapters.passwords.is_password", lambda *given: hashed.append("hashed"))
    assert log_in(cloud).status == 429
    assert hashed == []


def test_a_suspended_account_cannot_sign_in(cloud: Cloud) -> None:
    set_standing(cloud, register(cloud).id, "suspended")
    assert (log_in(cloud).status, log_in(cloud).json["error"]) == (403, "account_suspended")
    assert log_in(cloud, password="not the password").json["error"] == "invalid_credentials"


def test_an_account_that_is_gone_cannot_sign_in(cloud: Cloud) -> None:
    remove_account(cloud, register(cloud).id)
    assert log_in(cloud).status == 401


@pytest.mark.parametrize("password", ["", "x" * 129, 1, None])
def test_an_empty_or_too_long_password_is_a_400(cloud: Cloud, password: object) -> None:
    answer = cloud.call("log_in", json={"email": "john@example.com", "password": password})
    assert answer.status == 400


def test_signing_in_reads_two_items_and_writes_the_session(cloud: Cloud) -> None:
    register(cloud)
    cloud.calls.clear()
    log_in(cloud)
    assert cloud.operations() == [
        *["dynamodb:UpdateItem"] * 3,
        *["dynamodb:GetItem"] * 2,
        "kms:GenerateMac",
        "kms:Sign",
        "dynamodb:PutItem",
    ]


def test_the_password_of_another_account_does_not_sign_in(cloud: Cloud) -> None:
    register(cloud)
    cloud.call("register_account", json={"email": "bea@example.com", "password": "another password"})
    assert log_in(cloud, "bea@example.com", PASSWORD).status == 401
