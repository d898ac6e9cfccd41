"""Accounts, sessions and refresh tokens, without storage or wire format."""

from souk.accounts.auth.model.account import (
    LONGEST_PASSWORD,
    REGISTRABLE_ROLES,
    SHORTEST_PASSWORD,
    Account,
    AccountGone,
    AccountStatus,
    Login,
    Role,
    WrongCredentials,
    require_active,
)
from souk.accounts.auth.model.email_address import canonical_email
from souk.accounts.auth.model.session import InvalidRefreshToken, Session, SignedIn, TokenPair

__all__ = [
    "LONGEST_PASSWORD",
    "REGISTRABLE_ROLES",
    "SHORTEST_PASSWORD",
    "Account",
    "AccountGone",
    "AccountStatus",
    "InvalidRefreshToken",
    "Login",
    "Role",
    "Session",
    "SignedIn",
    "TokenPair",
    "WrongCredentials",
    "canonical_email",
    "require_active",
]
