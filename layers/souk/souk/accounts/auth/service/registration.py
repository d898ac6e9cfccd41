"""Registration: a new account, with its first session."""

from __future__ import annotations

from typing import Protocol

from souk.accounts.auth.model import Account, Login, Role, Session, SignedIn
from souk.accounts.auth.service.sessions import Sessions
from souk.accounts.auth.service.throttling import Throttle
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Forbidden


class Accounts(Protocol):
    def add(self, account: Account, login: Login, session: Session) -> None:
        """Raises Conflict `email_exists`."""
        ...


class PasswordHasher(Protocol):
    """See souk.accounts.auth.adapters.passwords."""

    def hash_password(self, password: str) -> str: ...


class Registration:
    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        throttle: Throttle,
        passwords: PasswordHasher,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._throttle = throttle
        self._passwords = passwords
        self._clock = clock
        self._new_id = new_id

    def register(self, email: str, password: str, full_name: str | None, role: Role, source_ip: str) -> SignedIn:
        """Create an account and sign it in. `email` is canonical.

        Raises Conflict `email_exists`, Forbidden for the role Operator, TooManyRequests.
        """
        if role is Role.OPERATOR:
            raise Forbidden("Nobody registers as Operator: an operator makes operators.")
        self._throttle.count_attempt(email, source_ip)
        account = Account(self._new_id(), email, full_name, (role,), self._clock())
        login = Login(email, account.id, self._passwords.hash_password(password))
        session, tokens = self._sessions.open(account)
        self._accounts.add(account, login, session)
        return SignedIn(account, tokens)
