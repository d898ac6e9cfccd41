"""Sign-in with email and password."""

from __future__ import annotations

from typing import Protocol

from souk.accounts.auth.model import Account, Login, Role, Session, SignedIn, WrongCredentials
from souk.accounts.auth.service.sessions import Sessions
from souk.accounts.auth.service.throttling import Throttle
from souk.shared.errors import Forbidden


class Accounts(Protocol):
    def find_login(self, email: str) -> Login | None: ...

    def find_account(self, account_id: str) -> Account | None: ...

    def add_session(self, session: Session) -> None: ...


class PasswordVerifier(Protocol):
    """See souk.accounts.auth.adapters.passwords."""

    DUMMY_HASH: str

    def is_password(self, password: str, encoded: str) -> bool: ...


class SignIn:
    def __init__(self, accounts: Accounts, sessions: Sessions, throttle: Throttle, passwords: PasswordVerifier) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._throttle = throttle
        self._passwords = passwords

    def log_in(self, email: str, password: str, source_ip: str, *, role: Role | None = None) -> SignedIn:
        """Open a new session. `email` is canonical. The account must have `role`, if one is given.

        Raises TooManyRequests; WrongCredentials, after the same read and the same hashing whether or not the email
        is known; Forbidden for a suspended account or a missing role.
        """
        self._throttle.count_attempt(email, source_ip)
        login = self._accounts.find_login(email)
        encoded = self._passwords.DUMMY_HASH if login is None else login.password_hash
        if not self._passwords.is_password(password, encoded) or login is None:
            raise WrongCredentials
        account = self._accounts.find_account(login.account_id)
        if account is None:
            raise WrongCredentials
        if account.is_suspended:
            raise Forbidden("This account is suspended.", code="account_suspended")
        if role is not None and role not in account.roles:
            raise Forbidden(f"This account is not a {role.value}.")
        session, tokens = self._sessions.open(account)
        self._accounts.add_session(session)
        return SignedIn(account, tokens)
