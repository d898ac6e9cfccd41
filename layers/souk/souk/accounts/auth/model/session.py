"""Sessions and the pair of tokens that a client gets for one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from souk.accounts.auth.model.account import Account
from souk.shared.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in, and the chain of refresh tokens issued for it. Only digests of the tokens are kept.

    Each refresh replaces the token by one of the next generation. Only the token of `generation` is valid, and for
    some seconds after `rotated_at` the one before it.
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
    """An access token and its refresh token. `expires_in`: seconds until the access token expires."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account with the tokens of a session that was just opened or refreshed."""

    account: Account
    tokens: TokenPair


class InvalidRefreshToken(Unauthenticated):
    """The same error for every refresh token that is not valid, so that guessing reveals nothing."""

    def __init__(self) -> None:
        super().__init__("The refresh token is not valid. Sign in again.", code="invalid_refresh_token")
