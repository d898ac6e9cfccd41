"""Accounts, the roles they have, and what they sign in with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from souk.shared.errors import InvalidValue, Unauthenticated

SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 128
"""In characters. Checked before any hashing, so that a long text costs nothing."""


class Role(StrEnum):
    """What an account may act as. An account can have several roles; the first is the one it registered with."""

    USER = "user"
    BUYER = "buyer"
    SELLER = "seller"
    CREATOR = "Creator"
    ADVERTISER = "Advertiser"
    MERCHANT = "Merchant"
    OPERATOR = "Operator"

    @classmethod
    def parse(cls, text: str) -> Role:
        """The role of this name, in upper or lower case. Raises ValueError."""
        for role in cls:
            if role.value.casefold() == text.strip().casefold():
                return role
        raise InvalidValue(f"must be one of {', '.join(REGISTRABLE_ROLES)}", code="unknown_value")


REGISTRABLE_ROLES: Final = tuple(role.value for role in Role if role is not Role.OPERATOR)
"""Roles that anyone may register with. Only an operator can make another account an operator."""


class AccountStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can sign in. `email` is in its canonical form."""

    id: str
    email: str
    full_name: str | None
    roles: tuple[Role, ...]
    created_at: datetime
    status: AccountStatus = AccountStatus.ACTIVE

    @property
    def is_suspended(self) -> bool:
        return self.status is AccountStatus.SUSPENDED

    @property
    def is_seller(self) -> bool:
        return Role.SELLER in self.roles


class AccountGone(Unauthenticated):
    """A token outlives its account."""

    def __init__(self) -> None:
        super().__init__("This account does not exist any more.", code="account_gone")


def require_active(account: Account | None) -> Account:
    """Raises Unauthenticated `account_gone` and `account_suspended`."""
    if account is None:
        raise AccountGone
    if account.is_suspended:
        raise Unauthenticated("This account is suspended.", code="account_suspended")
    return account


@dataclass(frozen=True, slots=True)
class Login:
    """The credentials of an email, and the account they belong to."""

    email: str
    account_id: str
    password_hash: str = field(repr=False)


class WrongCredentials(Unauthenticated):
    """The same error for an unknown email and for a wrong password."""

    def __init__(self) -> None:
        super().__init__("Email or password is wrong.", code="invalid_credentials")
