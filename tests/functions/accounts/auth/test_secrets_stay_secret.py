"""Passwords and tokens appear in no log line and no table, and only in the answers that hand them out."""

import base64
from datetime import timedelta

import pytest

from souk.accounts.auth.model import TokenPair
from souk.accounts.auth.schemas import LoginRequest, RefreshRequest, RegisterRequest
from souk.selling.platforms.model import Credentials
from souk.selling.platforms.schemas import CredentialsIn
from tests.functions.accounts.auth.accounts import log_in, refresh, register
from tests.functions.cloud import Cloud, Person

PASSWORD = "correct horse battery"
PLATFORM_TOKENS = ("v^1.1#access-of-the-seller", "v^1.1#renewal-of-the-seller")


def spellings(secret: str) -> set[str]:
    return {secret, base64.b64encode(secret.encode()).decode(), base64.urlsafe_b64encode(secret.encode()).decode()}


def walk_through_everything(cloud: Cloud) -> list[str]:
    """Call every route that takes or returns a secret, with valid and invalid input. Returns the secrets."""
    john = register(cloud)
    log_in(cloud, password="a wrong password")
    log_in(cloud, email="nobody@example.com", password="a wrong password")
    cloud.call("register_account", json={"email": "bad", "password": "a wrong password"})
    signed_in = log_in(cloud).json
    second = refresh(cloud, john.refresh_token).json
    third = refresh(cloud, second["refresh_token"]).json
    refresh(cloud, john.refresh_token)
    refresh(cloud, john.refresh_token + "x")
    cloud.call("get_current_account", token=third["token"])
    cloud.call("get_current_account", token=third["token"] + "x")
    access, renewal = PLATFORM_TOKENS
    who = Person(john.id)
    body = {"access_token": access, "refresh_token": renewal}
    cloud.call("save_platform_credentials", caller=who, json=body)
    cloud.call("save_platform_credentials", caller=who, json={**body, "expires_at": "never"})
    cloud.call("save_platform_credentials", caller=who, json=body, params={"platform": "amazon"})
    late = Person(john.id, lifetime=timedelta(seconds=-1))
    cloud.call("save_platform_credentials", caller=late, json=body)
    tokens = [john.token, john.refresh_token]
    for pair in (signed_in, second, third):
        tokens += [pair["token"], pair["refresh_token"]]
    # A token's signature alone would be enough to forge with.
    tokens += [token.rsplit(".", 1)[-1] for token in tokens]
    return [PASSWORD, "a wrong password", *PLATFORM_TOKENS, *tokens]


def test_no_secret_is_logged_or_stored(capfd: pytest.CaptureFixture[str], cloud: Cloud) -> None:
    secrets = walk_through_everything(cloud)
    said = "".join(capfd.readouterr())
    kept = repr(cloud.items("IdentityTable"))
    assert "request" in said
    for secret in secrets:
        for spelling in spellings(secret):
            assert spelling not in said
            assert spelling not in kept


def test_an_internal_error_logs_no_secret(
    capfd: pytest.CaptureFixture[str], cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    john = register(cloud)
    monkeypatch.setattr("souk.accounts.auth.adapters.passwords.is_password", broken)
    monkeypatch.setattr("souk.accounts.auth.repository.AccountRepository.account_and_session", broken)
    monkeypatch.setattr("souk.selling.platforms.repository.PlatformRepository.put", broken)
    body = {"access_token": PLATFORM_TOKENS[0], "refresh_token": PLATFORM_TOKENS[1]}
    answers = [
        log_in(cloud),
        refresh(cloud, john.refresh_token),
        cloud.call("save_platform_credentials", caller=Person(john.id), json=body),
    ]
    assert [answer.status for answer in answers] == [500, 500, 500]
    said = "".join(capfd.readouterr())
    assert "RuntimeError" in said
    for secret in (PASSWORD, john.refresh_token, *PLATFORM_TOKENS):
        assert secret not in said
        assert not [answer for answer in answers if secret in answer.body]


def test_no_route_gives_a_platform_token_back(cloud: Cloud) -> None:
    john = Person(register(cloud).id)
    access, renewal = PLATFORM_TOKENS
    saved = cloud.call(
        "save_platform_credentials", caller=john, json={"access_token": access, "refresh_token": renewal}
    )
    listed = cloud.call("list_platforms", caller=john)
    for answer in (saved, listed):
        for token in PLATFORM_TOKENS:
            assert token not in answer.body
            assert token not in str(answer.headers)


def test_a_bad_request_does_not_repeat_the_secret_that_was_in_it(cloud: Cloud) -> None:
    john = Person(register(cloud).id)
    bad = "two words of a token"
    answers = [
        cloud.call("register_account", json={"email": "x@example.com", "password": "short"}),
        cloud.call("log_in", json={"email": "x@example.com", "password": "long" * 40}),
        cloud.call("save_platform_credentials", caller=john, json={"access_token": bad}),
        cloud.call("refresh_session", json={"refresh_token": [bad]}),
    ]
    for answer, secret in zip(answers, ("short", "long" * 40, bad, bad), strict=True):
        assert answer.status == 400
        assert f'"{secret}"' not in answer.body
        assert bad not in answer.body


def test_objects_that_carry_secrets_do_not_show_them() -> None:
    taken = (
        RegisterRequest.model_validate({"email": "x@example.com", "password": PASSWORD}),
        LoginRequest.model_validate({"email": "x@example.com", "password": PASSWORD}),
        RefreshRequest.model_validate({"refresh_token": PASSWORD}),
        CredentialsIn.model_validate({"access_token": PLATFORM_TOKENS[0], "refresh_token": PLATFORM_TOKENS[1]}),
        Credentials(*PLATFORM_TOKENS),
        TokenPair(PASSWORD, PASSWORD, 900),
    )
    for carrier in taken:
        for secret in (PASSWORD, *PLATFORM_TOKENS):
            assert secret not in f"{carrier!r} {carrier}"
