"""Builders and fakes for accounts and sessions: no AWS, and a clock that tests move by hand."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from souk.accounts.auth.model import Account, Login, Role, Session
from souk.accounts.auth.service.access_tokens import AccessTokens
from souk.accounts.auth.service.sessions import Sessions
from souk.shared.errors import Conflict
from souk.shared.versioned import Stale

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class FakeIds:
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __call__(self) -> str:
        return str(UUID(int=next(self.numbers)))


class FakeSigner:
    id = "key-1"

    def sign(self, message: bytes) -> bytes:
        return hashlib.sha512(message).digest()


def derive(message: bytes) -> bytes:
    """Does what KMS's GenerateMac does, with a key that the tests know."""
    return hmac.digest(b"the key that never leaves", message, "sha256")


@dataclass
class FakeAccounts:
    """Accounts and sessions in memory. `meanwhile` is called once, after the next read of an account and session."""

    accounts: dict[str, Account] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    meanwhile: Callable[[], object] | None = None

    def add(self, account: Account, login: Login, session: Session) -> None:
        if login.email in self.logins:
            raise Conflict("There is an account with this email already.", code="email_exists")
        self.accounts[account.id] = account
        self.logins[login.email] = login
        self.sessions[session.id] = session

    def find_login(self, email: str) -> Login | None:
        return self.logins.get(email)

    def find_account(self, account_id: str) -> Account | None:
        return self.accounts.get(account_id)

    def add_session(self, session: Session) -> None:
        self.sessions[session.id] = session

    def account_and_session(self, account_id: str, session_id: str) -> tuple[Account | None, Session | None]:
        session = self.sessions.get(session_id)
        if session is not None and session.account_id != account_id:
            session = None
        found = self.accounts.get(account_id), session
        rival, self.meanwhile = self.meanwhile, None
        if rival is not None:
            rival()
        return found

    def rotate(self, before: Session, after: Session) -> None:
        if self.sessions.get(before.id) != before:
            raise Stale
        self.sessions[before.id] = after

    def end_session(self, account_id: str, session_id: str) -> None:
        self.sessions.pop(session_id, None)


def make_account(ids: FakeIds, **changes: object) -> Account:
    facts: dict[str, object] = {
        "id": ids(),
        "email": "john@example.com",
        "full_name": "John Doe",
        "roles": (Role.USER,),
        "created_at": START,
        **changes,
    }
    return Account(**facts)  # type: ignore[arg-type]


def make_sessions(store: FakeAccounts, clock: FakeClock, ids: FakeIds) -> Sessions:
    access_tokens = AccessTokens(FakeSigner(), timedelta(minutes=15), clock, ids)
    return Sessions(store, access_tokens, derive, timedelta(days=7), clock, ids)
