"""GET /auth/me, and the check of the caller that every endpoint makes."""

from datetime import timedelta

import pytest

from tests.functions.accounts.auth.accounts import register, remove_account, set_standing
from tests.functions.cloud import Cloud, Person, sample


def test_the_account_of_the_caller_is_answered(cloud: Cloud) -> None:
    registered = register(cloud, role="seller", full_name="John Doe")
    answer = cloud.call("get_current_account", token=registered.token)
    assert answer.status == 200
    assert answer.json == {
        "id": registered.id,
        "email": "john@example.com",
        "role": "seller",
        "roles": ["seller"],
        "full_name": "John Doe",
        "created_at": answer.json["created_at"],
    }
    assert answer.json["created_at"].endswith("Z")


def test_reading_the_account_is_one_read(cloud: Cloud) -> None:
    token = register(cloud).token
    cloud.verdict(token)
    cloud.calls.clear()
    cloud.call("get_current_account", token=token)
    assert cloud.operations() == ["dynamodb:GetItem"]


@pytest.mark.parametrize("loss", ["suspended", "gone"])
def test_an_account_that_is_suspended_or_gone_is_a_401(cloud: Cloud, loss: str) -> None:
    registered = register(cloud)
    if loss == "gone":
        remove_account(cloud, registered.id)
    else:
        set_standing(cloud, registered.id, "suspended")
    answer = cloud.call("get_current_account", token=registered.token)
    assert (answer.status, answer.json["error"]) == (401, f"account_{loss}")


def test_without_a_verdict_the_call_is_a_401(cloud: Cloud) -> None:
    answer = cloud.call("get_current_account")
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "context", [{}, {"lambda": {}}, {"lambda": {"verdict": "maybe"}}, {"lambda": {"subject": "x"}}]
)
def test_an_incomplete_verdict_is_refused(cloud: Cloud, context: dict[str, object]) -> None:
    event = sample("get_current_account")
    event["requestContext"]["authorizer"] = context
    assert cloud.invoke("get_current_account", event)["statusCode"] == 401


def test_a_cached_verdict_is_refused_after_the_token_has_expired(cloud: Cloud) -> None:
    late = Person("somebody", lifetime=timedelta(seconds=-1))
    answer = cloud.call("get_current_account", caller=late)
    assert (answer.status, answer.json["error"]) == (401, "token_expired")
