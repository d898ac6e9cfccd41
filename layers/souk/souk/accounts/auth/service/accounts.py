"""Registering, signing in, and who an account is now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from souk.accounts.auth.model import Account, Login, Role, Session, SignedIn, WrongCredentials, require_active
from souk.accounts.auth.service.sessions import Sessions
from souk.accounts.auth.service.throttling import Throttle
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Forbidden, NotFound


class Accounts(Protocol):
    def add(self, account: Account, login: Login, session: Session) -> None:
        """Raises Conflict `email_exists`."""
        ...

    def login_of(self, email: str) -> Login | None: ...

    def find(self, account_id: str) -> Account | None: ...

    def add_session(self, session: Session) -> None: ...


class RoleGiver(Protocol):
    def login_of(self, email: str) -> Login | None: ...

    def give_role(self, account_id: str, role: Role) -> Account: ...


class Passwords(Protocol):
    """See souk.accounts.auth.adapters.passwords."""

    NOBODYS_HASH: str

    def hash_password(self, password: str) -> str: ...

    def is_password(self, password: str, encoded: str) -> bool: ...


class Registration:
    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        throttle: Throttle,
        passwords: Passwords,
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
        """A new account, signed in. `email` is canonical.

        Raises Conflict `email_exists`, Forbidden for a role that nobody gives himself, TooManyRequests.
        """
        if role is Role.OPERATOR:
            raise Forbidden("Nobody registers as Operator: an operator makes operators.")
        self._throttle.admit(email, source_ip)
        account = Account(self._new_id(), email, full_name, (role,), self._clock())
        login = Login(email, account.id, self._passwords.hash_password(password))
        session, tokens = self._sessions.open(account)
        self._accounts.add(account, login, session)
        return SignedIn(account, tokens)


class SignIn:
    def __init__(self, accounts: Accounts, sessions: Sessions, throttle: Throttle, passwords: Passwords) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._throttle = throttle
        self._passwords = passwords

    def log_in(self, email: str, password: str, source_ip: str, *, role: Role | None = None) -> SignedIn:
        """A new session. `email` is canonical; `role` is one that the account must have.

        Raises WrongCredentials, after the same reads and the same hashing whether the email is known or not;
        Forbidden; TooManyRequests.
        """
        self._throttle.admit(email, source_ip)
        login = self._accounts.login_of(email)
        encoded = self._passwords.NOBODYS_HASH if login is None else login.password_hash
        if not self._passwords.is_password(password, encoded) or login is None:
            raise WrongCredentials
        account = self._accounts.find(login.account_id)
        if account is None:
            raise WrongCredentials
        if account.is_suspended:
            raise Forbidden("This account is suspended.", code="account_suspended")
        if role is not None and role not in account.roles:
            raise Forbidden(f"This account is not a {role.value}.")
        session, tokens = self._sessions.open(account)
        self._accounts.add_session(session)
        return SignedIn(account, tokens)


def current_account(find: Callable[[str], Account | None], account_id: str) -> Account:
    """The account of a caller as it is now. Raises Unauthenticated when it is gone or suspended."""
    return require_active(find(account_id))


def make_operator(accounts: RoleGiver, email: str) -> Account:
    """Give an existing account the role Operator. Raises NotFound."""
    login = accounts.login_of(email)
    if login is None:
        raise NotFound("There is no account with this email. Register it first.")
    return accounts.give_role(login.account_id, Role.OPERATOR)
