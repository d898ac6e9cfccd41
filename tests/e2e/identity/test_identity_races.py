"""Concurrent calls to the deployed identity routes, decided by transactions and conditions of the real table."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from local.testing import PATIENCE, LocalStack

PASSWORD = "correct horse battery"
ADDRESS = {"full_name": "Jo", "address_line1": "1 Main St", "city": "New York", "postal_code": "10001", "country": "US"}

type Call = Callable[[httpx.Client, int], httpx.Response]


def at_once(souk: LocalStack, count: int, call: Call) -> list[httpx.Response]:
    """Make `count` calls that start together, each on a connection of its own."""
    answers: list[httpx.Response] = []
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        with httpx.Client(base_url=souk.url, timeout=PATIENCE, trust_env=False) as client:
            gate.wait(30)
            answers.append(call(client, number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == count
    return answers


@pytest.fixture
def account(souk: LocalStack) -> dict[str, str]:
    """A fresh account: its access and refresh token."""
    body = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
    answer = httpx.post(f"{souk.url}/auth/register", json=body, timeout=PATIENCE, trust_env=False)
    assert answer.status_code == 201, answer.text
    return {"token": answer.json()["token"], "refresh_token": answer.json()["refresh_token"]}


def signed(account: dict[str, str], **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {account['token']}", **headers}


def test_one_of_many_registrations_of_an_email_wins_in_any_spelling(souk: LocalStack) -> None:
    name = uuid.uuid4().hex
    spellings = (f"{name}@example.com", f" {name.upper()}@Example.com ")
    answers = at_once(
        souk,
        8,
        lambda client, number: client.post(
            "/auth/register", json={"email": spellings[number % 2], "password": PASSWORD}
        ),
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}


def test_many_refreshes_of_one_token_get_the_same_successor(souk: LocalStack, account: dict[str, str]) -> None:
    token = {"refresh_token": account["refresh_token"]}
    answers = at_once(souk, 12, lambda client, _: client.post("/auth/refresh", json=token))
    assert Counter(answer.status_code for answer in answers) == {200: 12}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_an_older_refresh_token_ends_the_whole_session(souk: LocalStack, account: dict[str, str]) -> None:
    with httpx.Client(base_url=souk.url, timeout=PATIENCE, trust_env=False) as client:
        first = account["refresh_token"]
        second = client.post("/auth/refresh", json={"refresh_token": first}).json()["refresh_token"]
        third = client.post("/auth/refresh", json={"refresh_token": second}).json()["refresh_token"]
        reused = client.post("/auth/refresh", json={"refresh_token": first})
        assert (reused.status_code, reused.json()["error"]) == (401, "refresh_token_reused")
        assert client.post("/auth/refresh", json={"refresh_token": third}).status_code == 401


def test_many_calls_under_one_idempotency_key_make_one_address(souk: LocalStack, account: dict[str, str]) -> None:
    headers = signed(account, **{"Idempotency-Key": "the-same"})
    answers = at_once(souk, 10, lambda client, _: client.post("/users/addresses", headers=headers, json=ADDRESS))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_racing_edits_and_deletions_leave_exactly_one_default_address(
    souk: LocalStack, account: dict[str, str]
) -> None:
    headers = signed(account)
    made = at_once(souk, 6, lambda client, _: client.post("/users/addresses", headers=headers, json=ADDRESS))
    ids = [answer.json()["id"] for answer in made]

    def disturb(client: httpx.Client, number: int) -> httpx.Response:
        path = f"/users/addresses/{ids[number % len(ids)]}"
        if number % 4 == 0:
            return client.delete(path, headers=headers)
        return client.patch(path, headers=headers, json={"is_default": True})

    statuses = {answer.status_code for answer in at_once(souk, 12, disturb)}
    assert statuses <= {200, 204, 404}
    left = httpx.get(f"{souk.url}/users/addresses", headers=headers, timeout=PATIENCE, trust_env=False).json()
    assert 0 < len(left) < len(ids)
    assert [one["is_default"] for one in left].count(True) == 1
