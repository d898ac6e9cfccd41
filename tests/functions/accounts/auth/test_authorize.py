"""The authorizer with keys in KMS. Attacks on tokens are in tests/unit/accounts/auth."""

import pytest

from souk.wiring import auth
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Cloud, sample


def ask(cloud: Cloud, authorization: str | None) -> dict[str, str]:
    event = sample("authorize")
    event["headers"].pop("authorization")
    if authorization is not None:
        event["headers"]["Authorization"] = authorization
    answer = cloud.invoke("authorize", event)
    assert answer["isAuthorized"] is True
    assert all(isinstance(value, str) for value in answer["context"].values())
    context: dict[str, str] = answer["context"]
    return context


def test_the_token_of_the_sample_event_is_invalid(cloud: Cloud) -> None:
    answer = cloud.invoke("authorize", sample("authorize"))
    assert answer["context"]["verdict"] == "invalid"


def test_a_valid_token_passes_with_its_account_and_roles(cloud: Cloud) -> None:
    registered = register(cloud, role="seller")
    verdict = ask(cloud, f"Bearer {registered.token}")
    assert (verdict["verdict"], verdict["subject"], verdict["roles"]) == ("valid", registered.id, "seller")
    assert verdict["token_id"]
    assert verdict["session_id"]
    assert int(verdict["expires_at"])


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", " Bearer ", "Bearer  "])
def test_the_authorization_scheme_is_read_in_any_case(cloud: Cloud, scheme: str) -> None:
    assert ask(cloud, f"{scheme} {register(cloud).token}")["verdict"] == "valid"


@pytest.mark.parametrize("scheme", ["", "Basic", "Bearer:", "Token", "DPoP"])
def test_another_authorization_scheme_is_refused(cloud: Cloud, scheme: str) -> None:
    verdict = ask(cloud, f"{scheme} {register(cloud).token}")
    assert (verdict["verdict"], verdict["code"]) == ("invalid", "invalid_token")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer "])
def test_without_a_token_the_verdict_is_invalid(cloud: Cloud, authorization: str | None) -> None:
    assert ask(cloud, authorization)["verdict"] == "invalid"


def test_an_invalid_verdict_contains_no_account(cloud: Cloud) -> None:
    token = register(cloud).token
    assert set(ask(cloud, f"Bearer {token}x")) == {"verdict", "reason", "code"}


def test_public_keys_are_read_once(cloud: Cloud) -> None:
    token = register(cloud).token
    cloud.calls.clear()
    for _ in range(3):
        ask(cloud, f"Bearer {token}")
    assert cloud.operations() == ["kms:GetPublicKey"]


def test_a_token_stays_valid_after_a_change_of_the_signing_key(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    before = register(cloud, "before@example.com").token
    retired = cloud.physical["TokenSigningKey"]
    key = cloud.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    cloud.physical["TokenSigningKey"] = f"{key},{retired}"
    for kept in (
        auth.signing_keys,
        auth.token_verifier,
        auth.sessions,
        auth.registration,
        auth.json_web_keys,
    ):
        kept.cache_clear()
    after = register(cloud, "after@example.com").token
    assert [cloud.verdict(token)["verdict"] for token in (before, after)] == ["valid", "valid"]
    assert [one["kid"] for one in cloud.call("get_jwks").json["keys"]] == [key, retired]
    cloud.physical["TokenSigningKey"] = key
    for kept in (auth.signing_keys, auth.token_verifier):
        kept.cache_clear()
    assert [cloud.verdict(token)["verdict"] for token in (before, after)] == ["invalid", "valid"]


def test_a_key_service_that_is_down_fails_the_authorizer(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    from souk.shared.errors import DependencyUnavailable

    token = register(cloud).token

    def down(_key: object) -> bytes:
        raise DependencyUnavailable("down")

    monkeypatch.setattr("souk.aws.kms.SigningKey.public_key", down)
    with pytest.raises(DependencyUnavailable):
        ask(cloud, f"Bearer {token}")
