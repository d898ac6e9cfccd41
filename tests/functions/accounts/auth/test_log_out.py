"""POST /auth/logout."""

from tests.functions.accounts.auth.accounts import log_in, refresh, register
from tests.functions.cloud import Cloud


def test_logging_out_ends_the_session_of_the_token_and_no_other(cloud: Cloud) -> None:
    registered = register(cloud)
    other = log_in(cloud).json
    answer = cloud.call("log_out", token=registered.token)
    assert (answer.status, answer.body) == (204, "")
    assert refresh(cloud, registered.refresh_token).status == 401
    assert refresh(cloud, other["refresh_token"]).status == 200


def test_a_session_is_ended_by_a_later_token_of_it_too(cloud: Cloud) -> None:
    renewed = refresh(cloud, register(cloud).refresh_token).json
    cloud.call("log_out", token=renewed["token"])
    assert refresh(cloud, renewed["refresh_token"]).status == 401


def test_logging_out_twice_is_success(cloud: Cloud) -> None:
    token = register(cloud).token
    assert [cloud.call("log_out", token=token).status for _ in range(2)] == [204, 204]


def test_logging_out_without_a_token_is_a_401(cloud: Cloud) -> None:
    assert cloud.call("log_out").status == 401


def test_logging_out_is_one_write(cloud: Cloud) -> None:
    token = register(cloud).token
    cloud.verdict(token)
    cloud.calls.clear()
    cloud.call("log_out", token=token)
    assert cloud.operations() == ["dynamodb:DeleteItem"]
