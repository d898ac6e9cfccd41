"""The marketplaces that a seller can connect, and the credentials for them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from souk.shared.errors import NotFound

LONGEST_TOKEN = 4096
"""In bytes: the most that KMS encrypts in one call."""

type TokenKind = Literal["access_token", "refresh_token"]


class Platform(StrEnum):
    """A marketplace of another company."""

    EBAY = "ebay"
    FACEBOOK = "facebook"

    @classmethod
    def parse(cls, text: str) -> Platform:
        """Raises NotFound."""
        try:
            return cls(text)
        except ValueError:
            raise NotFound("There is no such platform.") from None


@dataclass(frozen=True, slots=True)
class Credentials:
    """A seller's tokens in the clear: only for a call to the marketplace, never for a log or an HTTP answer.

    `version` is that of the stored credentials they were decrypted from; every write gives a new one.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class SealedCredentials:
    """Credentials as stored: each token encrypted separately, bound to its owner, platform and kind."""

    owner_id: str
    platform: Platform
    access_token: bytes = field(repr=False)
    refresh_token: bytes | None = field(repr=False)
    expires_at: datetime | None
    updated_at: datetime
    version: str

    @property
    def connection(self) -> Connection:
        return Connection(
            platform=self.platform,
            connected=True,
            renewable=self.refresh_token is not None,
            expires_at=self.expires_at,
            updated_at=self.updated_at,
        )


@dataclass(frozen=True, slots=True)
class Connection:
    """Whether a seller is connected to a platform, without any token.

    `expires_at` is the end of the access token; `renewable`: a refresh token renews it without the seller.
    """

    platform: Platform
    connected: bool
    renewable: bool = False
    expires_at: datetime | None = None
    updated_at: datetime | None = None
