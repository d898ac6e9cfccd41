"""POST /auth/refresh."""

from collections.abc import Callable
from typing import Any

import pytest

from souk.wiring import auth
from tests.functions.accounts.auth.accounts import log_in, refresh, register, set_standing
from tests.functions.cloud import Cloud


def test_a_refresh_token_gives_a_new_pair_of_tokens(cloud: Cloud) -> None:
    registered = register(cloud)
    answer = refresh(cloud, registered.refresh_token)
    assert answer.status == 200
    assert answer.json["refresh_token"] != registered.refresh_token
    assert answer.json["user"]["id"] == registered.id
    assert cloud.verdict(answer.json["token"])["subject"] == registered.id
    assert refresh(cloud, answer.json["refresh_token"]).status == 200


def test_a_repeated_call_gets_the_same_refresh_token_again(cloud: Cloud) -> None:
    first = register(cloud).refresh_token
    assert refresh(cloud, first).json["refresh_token"] == refresh(cloud, first).json["refresh_token"]


def test_reuse_of_an_older_token_ends_its_session_and_no_other(cloud: Cloud) -> None:
    first = register(cloud).refresh_token
    other = log_in(cloud).json["refresh_token"]
    second = refresh(cloud, first).json["refresh_token"]
    third = refresh(cloud, second).json["refresh_token"]
    reused = refresh(cloud, first)
    assert (reused.status, reused.json["error"]) == (401, "refresh_token_reused")
    assert refresh(cloud, third).status == 401
    assert refresh(cloud, other).status == 200


def test_the_refresh_token_of_the_sample_event_is_refused(cloud: Cloud) -> None:
    answer = cloud.call("refresh_session")
    assert (answer.status, answer.json["error"]) == (401, "invalid_refresh_token")
    assert cloud.calls == []


def test_access_and_refresh_tokens_cannot_replace_each_other(cloud: Cloud) -> None:
    registered = register(cloud)
    assert refresh(cloud, registered.token).status == 401
    assert cloud.verdict(registered.refresh_token)["verdict"] == "invalid"


@pytest.mark.parametrize("token", ["", None, 7, "x" * 1025])
def test_a_malformed_refresh_token_is_a_400(cloud: Cloud, token: object) -> None:
    assert cloud.call("refresh_session", json={"refresh_token": token}).status == 400


def test_a_role_given_after_sign_in_counts_from_the_next_refresh(cloud: Cloud) -> None:
    registered = register(cloud)
    cloud.invoke("grant_operator", {"email": registered.email})
    renewed = refresh(cloud, registered.refresh_token).json
    assert cloud.verdict(registered.token)["roles"] == "user"
    assert cloud.verdict(renewed["token"])["roles"] == "user Operator"
    assert renewed["user"]["roles"] == ["user", "Operator"]


def test_a_suspended_account_loses_its_session(cloud: Cloud) -> None:
    registered = register(cloud)
    set_standing(cloud, registered.id, "suspended")
    assert refresh(cloud, registered.refresh_token).status == 401
    set_standing(cloud, registered.id, "active")
    assert refresh(cloud, registered.refresh_token).status == 401


def interrupt(monkeypatch: pytest.MonkeyPatch, rival: Callable[[], object]) -> None:
    """`rival` runs once, between the read and the write of the next refresh."""
    store: Any = auth.sessions()._store
    rotate = store.rotate

    def late(*given: Any) -> None:
        monkeypatch.setattr(store, "rotate", rotate)
        rival()
        rotate(*given)

    monkeypatch.setattr(store, "rotate", late)


def test_two_concurrent_refreshes_get_the_same_refresh_token(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    first = register(cloud).refresh_token
    others: list[str] = []
    interrupt(monkeypatch, lambda: others.append(refresh(cloud, first).json["refresh_token"]))
    assert [refresh(cloud, first).json["refresh_token"]] == others
    assert refresh(cloud, others[0]).status == 200


def test_a_late_refresh_does_not_take_a_session_back_to_an_earlier_token(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = register(cloud).refresh_token
    interrupt(monkeypatch, lambda: refresh(cloud, refresh(cloud, first).json["refresh_token"]))
    late = refresh(cloud, first)
    assert (late.status, late.json["error"]) == (401, "refresh_token_reused")


def test_a_late_refresh_does_not_bring_an_ended_session_back(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    registered = register(cloud)
    interrupt(monkeypatch, lambda: cloud.call("log_out", token=registered.token))
    assert refresh(cloud, registered.refresh_token).status == 401
    assert not [item for item in cloud.items("IdentityTable") if item["sk"].startswith("SESSION#")]


def test_refreshing_is_one_read_and_one_write(cloud: Cloud) -> None:
    first = register(cloud).refresh_token
    cloud.calls.clear()
    refresh(cloud, first)
    assert cloud.operations() == ["dynamodb:BatchGetItem", "kms:GenerateMac", "kms:Sign", "dynamodb:PutItem"]
