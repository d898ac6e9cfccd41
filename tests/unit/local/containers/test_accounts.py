"""`make invoke` sends its events as the same accounts from one call to the next."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, cast

import pytest

from local.containers import accounts
from local.containers.accounts import PASSWORD, Accounts
from local.invoking import Functions
from tests.unit.local.containers.serving import Request, Served, serving


class Api:
    """Registers, signs in and refreshes. `refused`: paths that answer 401. `operators`: emails of operators."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.operators: set[str] = set()
        self.emails: dict[str, str] = {}

    def answer(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        path, body = request.path.removeprefix("/api/v1"), json.loads(request.body or b"{}")
        if path in self.refused:
            return 401, {}, b'{"detail": "no"}'
        email = body.get("email") or self.emails.get(body.get("refresh_token", ""), "nobody")
        token = f"refresh-{len(self.emails) + 1}"
        self.emails[token] = email
        roles = ["user", "Operator"] if email in self.operators else [body.get("role", "user")]
        user = {"id": f"id of {email}", "email": email, "roles": roles}
        return 200, {}, json.dumps({"token": f"access-{token}", "refresh_token": token, "user": user}).encode()

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        assert function == "GrantOperatorFunction"
        self.operators.add(event["email"])


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def served(api: Api) -> Iterator[Served]:
    with serving(api.answer) as found:
        yield found


type Make = Callable[[Path | None], Accounts]


@pytest.fixture
def accounts_of(served: Served, api: Api) -> Iterator[Make]:
    """Accounts as another call of `make invoke` has them; the argument is the file in which they are kept."""
    with ExitStack() as opened:

        def make(kept: Path | None) -> Accounts:
            return opened.enter_context(closing(Accounts(f"{served.url}/api/v1", cast(Functions, api), kept)))

        yield make


def _paths(served: Served) -> list[str]:
    return [request.path.removeprefix("/api/v1") for request in served.requests]


def test_an_account_is_kept_for_the_next_call(served: Served, api: Api, accounts_of: Make, tmp_path: Path) -> None:
    kept = tmp_path / "accounts.json"
    first = accounts_of(kept).account("seller")
    again = accounts_of(kept).account("seller")
    assert again.id == first.id
    assert _paths(served) == ["/auth/register", "/auth/refresh"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_session_that_has_ended_is_followed_by_a_sign_in(
    served: Served, api: Api, accounts_of: Make, tmp_path: Path
) -> None:
    kept = tmp_path / "accounts.json"
    first = accounts_of(kept).account("buyer")
    api.refused = {"/auth/refresh"}
    again = accounts_of(kept).account("buyer")
    assert again.id == first.id
    assert json.loads(served.requests[-1].body) == {"email": first.email, "password": PASSWORD}


def test_an_account_that_is_gone_is_followed_by_a_new_one(
    served: Served, api: Api, accounts_of: Make, tmp_path: Path
) -> None:
    kept = tmp_path / "accounts.json"
    first = accounts_of(kept).account("seller")
    api.refused = {"/auth/refresh", "/auth/login"}
    again = accounts_of(kept)
    assert again.account("seller").id != first.id
    assert _paths(served)[-1] == "/auth/register"
    assert [one.email for one in again.used] == [again.account("seller").email]


def test_nothing_is_kept_without_a_file(accounts_of: Make) -> None:
    emails = {accounts_of(None).account("seller").email for _ in range(2)}
    assert len(emails) == 2


def test_an_operator_is_made_one_and_gets_new_tokens(served: Served, api: Api, accounts_of: Make) -> None:
    operator = accounts_of(None).account("operator")
    assert (operator.roles, api.operators) == (("user", "Operator"), {operator.email})
    assert _paths(served) == ["/auth/register", "/auth/refresh"]


def test_a_token_is_renewed_before_it_expires(accounts_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = accounts_of(None)
    first = mine.account("seller").token
    assert mine.account("seller").token == first
    monkeypatch.setattr(accounts, "_RENEWED_AFTER", -1.0)
    assert mine.account("seller").token != first
