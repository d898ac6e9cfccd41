"""Accounts and sessions: what holds about them before any table or wire is thought of. Pure."""

from __future__ import annotations

import ipaddress
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from souk.shared.errors import Unauthenticated

_LONGEST_EMAIL = 254
_LONGEST_LOCAL_PART = 64
_IPV6_NETWORK_BITS = 64


class Role(StrEnum):
    """What an account may act as. One account holds several; the first is the one it registered with."""

    USER = "user"
    BUYER = "buyer"
    SELLER = "seller"
    CREATOR = "Creator"
    ADVERTISER = "Advertiser"
    MERCHANT = "Merchant"
    OPERATOR = "Operator"

    @classmethod
    def parse(cls, text: str) -> Role:
        """A role written in any case. Raises ValueError."""
        for role in cls:
            if role.value.casefold() == text.strip().casefold():
                return role
        raise ValueError(f"one of {', '.join(SELF_GIVEN)}")


SELF_GIVEN = tuple(role.value for role in Role if role is not Role.OPERATOR)
"""Roles that one may register with. An operator is made by an operator."""


class Standing(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can sign in. `email` is canonical."""

    id: str
    email: str
    full_name: str | None
    roles: tuple[Role, ...]
    created_at: datetime
    standing: Standing = Standing.ACTIVE

    @property
    def is_suspended(self) -> bool:
        return self.standing is Standing.SUSPENDED

    @property
    def is_seller(self) -> bool:
        return Role.SELLER in self.roles


def require_existing(account: Account | None) -> Account:
    """Raises Unauthenticated `account_gone`."""
    if account is None:
        raise Unauthenticated("This account does not exist any more.", code="account_gone")
    return account


def require_active(account: Account | None) -> Account:
    """Raises Unauthenticated `account_gone` and `account_suspended`."""
    account = require_existing(account)
    if account.is_suspended:
        raise Unauthenticated("This account is suspended.", code="account_suspended")
    return account


@dataclass(frozen=True, slots=True)
class Login:
    """What an email signs in with, and to which account."""

    email: str
    account_id: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in and the family of refresh tokens that descends from it; of each only a digest is kept.

    Only generation `generation` is good; the one before it too, for a moment after `rotated_at`.
    """

    id: str
    account_id: str
    generation: int
    current_digest: str
    previous_digest: str | None
    rotated_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token, the refresh token that goes with it, and the seconds that the first one lives."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account with the tokens of a session just opened or moved on."""

    account: Account
    tokens: TokenPair


class NotARefreshToken(Unauthenticated):
    """One answer for every refresh token that is not good, so that trying them teaches nothing."""

    def __init__(self) -> None:
        super().__init__("The refresh token is not valid. Sign in again.", code="invalid_refresh_token")


class WrongCredentials(Unauthenticated):
    """One answer for an unknown email and for a wrong password."""

    def __init__(self) -> None:
        super().__init__("Email or password is wrong.", code="invalid_credentials")


def canonical_email(text: str) -> str:
    """The one form of an email in which it is compared and stored: trimmed, NFKC, without case, an ASCII domain.

    Raises ValueError. The shape is checked and nothing more: only a message that arrives proves an address.
    """
    email = _caseless(text.strip())
    local, at, domain = email.rpartition("@")
    if not (at and _is_local_part(local)):
        raise ValueError("not an email address")
    email = f"{local}@{_ascii_domain(domain)}"
    if len(email.encode()) > _LONGEST_EMAIL:
        raise ValueError("an email address has at most 254 characters")
    return email


def network_of(source_ip: str) -> str:
    """The network by which callers are counted: an IPv4 address, or the /64 that one IPv6 customer holds."""
    address = ipaddress.ip_address(source_ip)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_NETWORK_BITS), strict=False))
    return str(address)


def _caseless(text: str) -> str:
    # Casefolding can undo normalisation and the reverse; two rounds are stable (Unicode, D146).
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", text)


def _is_local_part(local: str) -> bool:
    return (
        0 < len(local.encode()) <= _LONGEST_LOCAL_PART
        and local.isprintable()
        and not any(character in ' "(),:;<>@[\\]' for character in local)
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
    )


def _ascii_domain(domain: str) -> str:
    if not domain.isascii():
        import idna

        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as error:
            raise ValueError("not an email address") from error
    labels = domain.split(".")
    if len(labels) < 2 or not all(_is_label(label) for label in labels):
        raise ValueError("not an email address")
    return domain


def _is_label(label: str) -> bool:
    return 0 < len(label) <= 63 and label.replace("-", "").isalnum() and label[0] != "-" and label[-1] != "-"
