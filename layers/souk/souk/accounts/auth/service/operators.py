"""Making an account an operator."""

from __future__ import annotations

from typing import Protocol

from souk.accounts.auth.model import Account, Login, Role
from souk.shared.errors import NotFound
from souk.shared.versioned import retrying


class Accounts(Protocol):
    def find_login(self, email: str) -> Login | None: ...

    def find_account(self, account_id: str) -> Account | None: ...

    def add_role(self, account_id: str, role: Role) -> Account:
        """The account with `role` added. Raises Stale when it has the role already, or is gone."""
        ...


def make_operator(accounts: Accounts, email: str) -> Account:
    """Give an existing account the role Operator; nothing changes if it has that role already. Raises NotFound."""
    login = accounts.find_login(email)
    if login is None:
        raise NotFound("There is no account with this email. Register it first.")
    account_id = login.account_id

    def attempt() -> Account:
        account = accounts.find_account(account_id)
        if account is None:
            raise NotFound("There is no such account.")
        return account if Role.OPERATOR in account.roles else accounts.add_role(account_id, Role.OPERATOR)

    return retrying("account", attempt)
